// data-rel on <time datetime>: keeps the relative time true while the page stays open.
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function words(gap) {
  const size = Math.abs(gap);
  if (size < 45_000) return gap < 0 ? 'in a moment' : 'just now';
  const amount = size < 90 * MINUTE ? `${Math.round(size / MINUTE)} min`
    : size < 36 * HOUR ? `${Math.round(size / HOUR)} h`
      : size < 31 * DAY ? `${Math.round(size / DAY)} days` : '';
  if (!amount) return '';
  return gap < 0 ? `in ${amount}` : `${amount} ago`;
}

function refresh() {
  const now = Date.now();
  for (const time of document.querySelectorAll('time[data-rel]')) {
    const at = Date.parse(time.dateTime);
    const text = Number.isNaN(at) ? '' : words(now - at);
    if (text && text !== time.textContent) time.textContent = text;
  }
}

for (const time of document.querySelectorAll('time[data-rel]')) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) time.title = `${at.toLocaleString()} (${time.title})`;
}
setInterval(refresh, 30_000);
