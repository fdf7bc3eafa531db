// J5: a key is rotated, the page with its secret is gone when loaded again, and the meter tells by itself who still
// uses the older secret. And small forms that are refused, with and without a script.
import { setUpDemo, within } from './people.mjs';
import { vendor } from './vendor.mjs';

async function rotation({ server, enter, report }) {
  const admin = await enter();
  await setUpDemo(server, admin);
  const old = await admin.read('#secret');
  await admin.open('/keys');
  await admin.click(admin.page.locator('main .table__main').first());
  const key = admin.page.url();
  admin.clicks = 0;
  await admin.click('Rotate', 'link');
  await admin.click('Rotate key');
  await admin.click(admin.page.locator('[data-copy="secret"]'));
  within(report, 'J5 planned rotation', admin, 3);
  const fresh = await admin.read('#secret');
  report('the secret is another one', fresh.startsWith('sk-ptc-') && fresh !== old);
  await admin.page.reload();
  report('loading it again shows that it is gone', (await admin.read('h1')).includes('gone now'), await admin.read('h1'));
  await admin.look('shown-once-gone');
  await admin.open(`${key}/rotation`);
  await admin.sees('No call with the older secret yet');
  await admin.look('rotation-quiet');
  const answer = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${old}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'demo-echo', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  report('the older secret works during the overlap', answer.status === 200, await answer.text());
  await admin.sees('The older secret is still in use');
  await admin.look('rotation-used');
  report('the meter came to it by itself', admin.page.url().endsWith('/rotation'));
}

async function returned({ server, enter, report }) {
  const upstream = await vendor('sk-not-a-real-key-for-tests');
  try {
    const admin = await enter();
    await setUpDemo(server, admin);
    await admin.open('/setup/vendor/custom');
    await admin.type('Vendor key (optional)', 'sk-wrong').catch(() => admin.type('Vendor key', 'sk-wrong'));
    await admin.type('Base address', upstream.url);
    await admin.page.locator('[name="more"]').fill('small-1');
    await admin.click('Test and publish');
    await admin.sees('does not take this key');
    await admin.look('setup-2-refused');
    await admin.page.locator('[name="secret"]').fill('sk-not-a-real-key-for-tests');
    await admin.click('Test and publish');
    await admin.sees('is published');
    await admin.open('/manage/vendors');
    await admin.click(admin.page.locator('main .table__main').filter({ hasText: /custom|compatible/i }).first());
    const place = admin.page.url();
    await admin.look('vendor-health');
    await admin.click('Add credential');
    await admin.page.locator('#new-name').fill('Spare');
    await admin.page.locator('#new-secret').fill('two words');
    await admin.click(admin.page.locator('dialog[open]').getByRole('button', { name: 'Add credential' }));
    await admin.sees('This is not a key');
    const modal = await admin.page.locator('#add-credential').evaluate((dialog) => dialog.matches(':modal'));
    report('a refused dialog is open again, over the page', modal);
    report('what was typed is still there', (await admin.page.locator('#new-name').inputValue()) === 'Spare');
    report('the secret is not', (await admin.page.locator('#new-secret').inputValue()) === '');
    await admin.look('dialog-returned');

    const state = await admin.context.storageState();
    const context = await admin.context.browser().newContext({ javaScriptEnabled: false, storageState: state, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(place);
    await page.getByRole('button', { name: 'Add credential' }).first().click();
    await page.locator('#new-name').fill('Spare');
    await page.locator('#new-secret').fill('two words');
    await page.locator('#add-credential').getByRole('button', { name: 'Add credential' }).click();
    report('without a script it is open in its place', await page.getByText('This is not a key').isVisible());
    await page.screenshot({ path: 'target/screenshots/dialog-returned-scriptless.png', fullPage: true });
    await context.close();
  } finally {
    await upstream.stop();
  }
}

export const journeys = { 'J5 rotation': rotation, 'refused forms': returned };
