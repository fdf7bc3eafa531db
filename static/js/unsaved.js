// data-unsaved="The documentation" on a form: while something typed there is not saved, leaving the page or
// sending another of its forms asks first.
const isChanged = (field) => {
  if (field.type === 'hidden') return false;
  if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked;
  if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  return 'defaultValue' in field && field.value !== field.defaultValue;
};

// A form that came back holds what is not saved as if it were stored.
const isUnsaved = (form) => [...form.elements].some(isChanged) || form.querySelector('.note--bad, [aria-invalid]');
const unsaved = () => [...document.querySelectorAll('form[data-unsaved]')].filter(isUnsaved);
let isAgreed = false;

// Before the other scripts see it: a form that is not sent must not look busy.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.matches('[data-theme-form]')) return;
  const lost = unsaved().filter((other) => other !== form && !other.contains(form) && other.action !== form.action);
  const names = lost.map((other) => other.dataset.unsaved).join(', ');
  isAgreed = !lost.length || confirm(`${names}: what you typed there is not saved and is lost by this. Go on?`);
  if (isAgreed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

addEventListener('beforeunload', (event) => {
  if (!isAgreed && unsaved().length) event.preventDefault();
});

addEventListener('pageshow', () => { isAgreed = false; });
