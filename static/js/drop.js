// data-drop on <details>: closes on Escape, on a press elsewhere and when the focus leaves.
const open = () => document.querySelectorAll('details[data-drop][open]');

document.addEventListener('pointerdown', (event) => {
  for (const drop of open()) if (!drop.contains(event.target)) drop.open = false;
});

document.addEventListener('focusin', (event) => {
  for (const drop of open()) if (!drop.contains(event.target)) drop.open = false;
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const drop of open()) {
    drop.open = false;
    drop.querySelector('summary').focus();
  }
});
