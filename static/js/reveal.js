// data-reveal="id": shows or hides what was typed into that password field.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-reveal]');
  const field = button && document.getElementById(button.dataset.reveal);
  if (!field) return;
  const shown = field.type === 'password';
  field.type = shown ? 'text' : 'password';
  button.textContent = shown ? 'Hide' : 'Show';
  button.setAttribute('aria-pressed', String(shown));
});
