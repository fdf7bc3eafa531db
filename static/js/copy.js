// data-copy="id": copies the text of that element, or of a field's value, and says so on the button.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  if (!source) return;
  const text = 'value' in source && source.tagName !== 'OUTPUT' ? source.value : source.textContent;
  const said = (await copy(text, source)) ? 'Copied' : 'Press Ctrl+C';
  const words = button.querySelector('span');
  if (words) {
    const before = words.dataset.words ?? words.textContent;
    words.dataset.words = before;
    words.textContent = said;
    setTimeout(() => { words.textContent = before; }, 2000);
  }
  announce(said);
});

async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand('copy');
  }
}

function announce(text) {
  let live = document.getElementById('live');
  if (!live) {
    live = Object.assign(document.createElement('div'), { id: 'live', className: 'visually-hidden' });
    live.setAttribute('role', 'status');
    document.querySelector('main')?.append(live);
  }
  live.textContent = text;
}
