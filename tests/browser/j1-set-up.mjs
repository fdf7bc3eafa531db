// J1: from the set-up link to the first streamed answer: 5 clicks with a vendor, 3 with the demo vendor.
import { ADMIN, makeAdmin, within } from './people.mjs';
import { vendor } from './vendor.mjs';

async function demo({ server, enter, report }) {
  const admin = await enter();
  await admin.open(server.command('setup-link').split('\n').pop());
  await admin.look('setup-1-admin');
  await admin.type('Your name', ADMIN.name);
  await admin.type('E-mail', ADMIN.email);
  await admin.type('Password', ADMIN.password);
  await admin.click('Continue');
  await admin.look('setup-2-vendor');
  await admin.click('Use the demo vendor');
  await admin.click('Send');
  const { text, facts } = await admin.answer();
  report('the demo vendor answers in the page', text.length > 0 && facts.includes('tokens'), `${text} / ${facts}`);
  within(report, 'J1 with the demo vendor', admin, 3);
  await admin.look('setup-3-ready');
  await admin.open('/');
  await admin.look('home-admin');
}

async function real({ server, enter, report }) {
  const key = 'sk-not-a-real-key-for-tests';
  const upstream = await vendor(key);
  try {
    const admin = await enter();
    await makeAdmin(server, admin);
    await admin.click(/custom|OpenAI-compatible/i, 'link');
    await admin.type('Vendor key (optional)', key).catch(() => admin.type('Vendor key', key));
    await admin.type('Base address', upstream.url);
    await admin.page.locator('[name="more"]').fill('small-1\nlarge-1');
    await admin.look('setup-2-custom');
    await admin.click('Test and publish');
    await admin.click('Send');
    const { text } = await admin.answer();
    report('the answer of the vendor streams into the page', text === 'Hello from the vendor.', text);
    await admin.click(admin.page.locator('[data-copy="curl"]'));
    const copied = await admin.page.evaluate(() => navigator.clipboard.readText());
    report('Copy puts the whole command on the clipboard', copied.startsWith('curl http://127.0.0.1') && copied.includes('sk-ptc-'), copied);
    within(report, 'J1 with a vendor', admin, 5);
    const wrong = await enter();
    await wrong.open('/setup/vendor');
    await wrong.look('sign-in');
  } finally {
    await upstream.stop();
  }
}

export const journeys = { 'J1 demo': demo, 'J1 vendor': real };
