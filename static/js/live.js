// data-live="address": replaces what is inside by the answer of that address, each few seconds (data-every), while
// somebody looks at the page. What has the focus is left alone.
async function renew(part) {
  if (document.hidden || part.contains(document.activeElement)) return;
  try {
    const answer = await fetch(part.dataset.live, { redirect: 'error' });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!part.contains(document.activeElement)) part.replaceChildren(...fresh.body.childNodes);
  } catch {
    // The next try may do better; until then the page shows what it knew.
  }
}

for (const part of document.querySelectorAll('[data-live]')) {
  setInterval(() => renew(part), Number(part.dataset.every || 5) * 1000);
}
