// data-diagnose: a pasted key is hashed here; the digest and the first characters are sent, never the key.
const PREFIX = 'sk-ptc-';
const LENGTH = 56;
const CHECK = 6;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SHOWN = 11;

async function sha256(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fault(key) {
  if (!key) return 'Paste a key first.';
  return key.startsWith(PREFIX) ? '' : `Keys of this gateway begin with ${PREFIX}. This looks like a key of something else.`;
}

// The last six characters are a CRC-32 of all before them, in base62.
function isWhole(key) {
  let crc = ~0;
  for (const byte of new TextEncoder().encode(key.slice(0, -CHECK))) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  let rest = ~crc >>> 0;
  let check = '';
  for (; check.length < CHECK; rest = Math.floor(rest / 62)) check = DIGITS[rest % 62] + check;
  return key.length === LENGTH && key.endsWith(check);
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
  const whole = isWhole(key);
  form.elements.namedItem('length').value = whole ? '' : key.length;
  // Browsers hide crypto.subtle on plain http beyond localhost: the prefix alone has to do.
  form.elements.namedItem('digest').value = whole && globalThis.crypto?.subtle ? await sha256(key) : '';
  field.value = '';
  form.submit();
});
