// data-dialog="id": opens that <dialog> as a modal. Without this script it opens as a popover.
// A dialog with data-open is opened at once, as when its form came back with an error.
function modal(dialog) {
  dialog.removeAttribute('popover');
  if (dialog.matches('[data-open]')) {
    dialog.removeAttribute('data-open');
    dialog.close();
  }
  if (!dialog.open) dialog.showModal();
  // What is wrong, else the first field, else the way back: never the button that does it.
  const first = ['[aria-invalid]', '.field :is(input, select, textarea)', '.actions [data-close]'];
  first.map((what) => dialog.querySelector(what)).find(Boolean)?.focus();
}

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog]');
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog) return;
    event.preventDefault();
    modal(dialog);
    return;
  }
  const dialog = event.target.closest('dialog');
  if (!dialog) return;
  if (event.target === dialog || event.target.closest('[data-close]')) {
    event.preventDefault();
    dialog.close();
  }
});

for (const dialog of document.querySelectorAll('dialog[data-open]')) modal(dialog);
