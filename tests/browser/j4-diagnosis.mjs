// J4: from the error body of a failing call to its cause and the fix: 2 clicks, for the developer and for the admin.
import { crc32 } from 'node:zlib';
import { makeDeveloper, setUpDemo, within } from './people.mjs';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

async function call(server, key, model) {
  const answer = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** What a key ends with: the CRC-32 of all before it, in base62. */
function check(text) {
  let rest = crc32(text);
  let digits = '';
  for (; digits.length < 6; rest = Math.floor(rest / 62)) digits = DIGITS[rest % 62] + digits;
  return digits;
}

async function diagnosis({ server, enter, report }) {
  const admin = await enter();
  await setUpDemo(server, admin);
  const developer = await enter();
  await makeDeveloper(admin, developer);
  await developer.open('/catalogue');
  await developer.click(developer.page.locator('.tile__name a').first());
  await developer.click(/^Subscribe/, 'link');
  await developer.click('Subscribe');
  const request = developer.page.url();
  await admin.open('/inbox');
  await admin.click(admin.page.locator('main .table__main').first());
  await admin.click('Approve request');
  await developer.open(request);
  await developer.click('Make key');
  const key = await developer.read('#secret');
  const model = await developer.page.locator('[data-send] [name="model"]').first().inputValue();
  await developer.click('I saved it', 'link');
  await developer.look('key');
  const page = developer.page.url();
  const pause = async () => {
    await developer.open(page);
    await developer.click(/^Pause/);
  };
  await pause();

  const { status, body } = await call(server, key, model);
  report('a paused key has its own answer', status === 403 && body.error.code === 'key_paused', JSON.stringify(body));

  developer.clicks = 1; // the address from the error body
  await developer.open(body.error.diagnose_url);
  await developer.sees('key_paused');
  await developer.look('diagnose-call');
  await developer.click('Enable the key');
  const again = await call(server, key, model);
  report('after the fix the same call is answered', again.status === 200, JSON.stringify(again.body));
  within(report, 'J4 developer, to the cause and its fix', developer, 2);

  const wrong = await call(server, `${key.slice(0, -3)}zzz`, model);
  report('a mistyped key is told from an unknown one', wrong.body.error.code === 'key_malformed', JSON.stringify(wrong.body));
  await developer.open(wrong.body.error.diagnose_url);
  await developer.sees('It looks like your key');
  await developer.look('diagnose-mistyped');
  for (const [slip, pasted] of [['3 characters short', key.slice(0, -3)], ['checksum does not fit', `${key.slice(0, -3)}zzz`]]) {
    await developer.open('/diagnose');
    await developer.page.locator('[data-paste]').fill(pasted);
    await developer.click('Diagnose key');
    await developer.sees(slip);
    await developer.sees('It looks like your key');
  }
  await developer.look('diagnose-pasted');
  await developer.open('/diagnose');
  await developer.page.locator('[data-paste]').fill(key);
  await developer.click('Diagnose key');
  await developer.sees('This is the newest secret of the key.');
  const missing = await (await fetch(`${server.url}/v1/models`, { headers: { 'x-auth-token': 'something' } })).json();
  await developer.open(missing.error.diagnose_url);
  await developer.sees('x-auth-token and');
  await developer.look('diagnose-missing');
  const unknown = `sk-ptc-${'0'.repeat(43)}`;
  const other = await call(server, `${unknown}${check(unknown)}`, model);
  await developer.open(other.body.error.diagnose_url);
  await developer.sees('Another environment?');
  await developer.look('diagnose-unknown');
  await pause();
  const paused = await call(server, key, model);
  await admin.open('/');
  admin.clicks = 0;
  await admin.page.locator('[data-search]').first().fill(paused.body.error.request_id);
  admin.clicks += 1; // Enter sends the form
  await admin.page.locator('[data-search]').first().press('Enter');
  await admin.sees('key_paused');
  await admin.look('diagnose-admin');
  await admin.click('Enable the key');
  const mended = await call(server, key, model);
  report('after the admin\'s fix the same call is answered', mended.status === 200, JSON.stringify(mended.body));
  within(report, 'J4 admin, to the cause and its fix', admin, 2);
}

export const journeys = { 'J4 diagnosis': diagnosis };
