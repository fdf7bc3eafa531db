// data-diagnose: a pasted key is hashed here; the digest and the first characters are sent, never the key.
const PREFIX = 'sk-ptc-';
const LENGTH = 56;
const SHOWN = 11;

async function sha256(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fault(key) {
  if (!key) return 'Paste a key first.';
  if (!key.startsWith(PREFIX)) return `Keys of this gateway begin with ${PREFIX}. This looks like a key of something else.`;
  const gap = key.length - LENGTH;
  if (gap < 0) return `This key is ${-gap} characters short: it was not copied whole.`;
  if (gap > 0) return `This key is ${gap} characters too long: something was copied along with it.`;
  return /^[0-9A-Za-z]+$/.test(key.slice(PREFIX.length)) ? '' : 'This key holds a character that keys never have.';
}

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('[data-diagnose]');
  if (!form) return;
  event.preventDefault();
  const field = form.querySelector('[data-paste]');
  const says = form.querySelector('[data-says]');
  const key = field.value.trim();
  const wrong = fault(key);
  says.hidden = !wrong;
  says.textContent = wrong;
  if (wrong) {
    field.focus();
    return;
  }
  form.elements.namedItem('prefix').value = key.slice(0, SHOWN);
  // Browsers hide crypto.subtle on plain http beyond localhost: the prefix alone has to do.
  form.elements.namedItem('digest').value = globalThis.crypto?.subtle ? await sha256(key) : '';
  field.value = '';
  form.submit();
});
