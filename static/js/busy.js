// data-busy="Saving…": the button says so, and cannot be pressed twice, while its form is on its way.
document.addEventListener('submit', (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button?.dataset.busy) return;
  button.dataset.words = button.textContent;
  // After this turn, so that the button's own name and value are still sent.
  setTimeout(() => {
    button.disabled = true;
    button.setAttribute('aria-busy', 'true');
    button.textContent = button.dataset.busy;
  });
});

// Back from the browser's page cache: the button is free again.
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll('[aria-busy="true"][data-words]')) {
    button.disabled = false;
    button.removeAttribute('aria-busy');
    button.textContent = button.dataset.words;
  }
});
