// A form that came back refused: the focus goes to what it says over it, else to its first field in error.
const refused = document.querySelector('[data-refused], [aria-invalid="true"]');
if (refused) {
  const folded = refused.closest('details');
  if (folded) folded.open = true;
  const choice = refused.querySelector('input:checked') ?? refused.querySelector('input:enabled');
  (choice ?? refused).focus();
}
