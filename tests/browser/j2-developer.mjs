// J2: from sign-up to the first good call: 7 clicks, or 8 where somebody approves. Waiting for people is not a click.
import { DEVELOPER, setUpDemo, signIn, within } from './people.mjs';

/** The first clicks: sign up, be let in, sign in. */
async function arrive(admin, developer) {
  await developer.open('/sign-up');
  await developer.look('sign-up');
  await developer.type('Name', DEVELOPER.name);
  await developer.type('E-mail', DEVELOPER.email);
  await developer.type('Password', DEVELOPER.password);
  await developer.click('Sign up');
  await developer.look('sign-up-thanks');
  await admin.open('/inbox');
  await admin.look('inbox-sign-up');
  await admin.click('Let in');
  await developer.open('/sign-in?next=/catalogue');
  await signIn(developer, DEVELOPER);
}

/** Makes the only plan approve by itself. */
async function approveAtOnce(admin) {
  await admin.open('/manage/apis');
  await admin.page.locator('main .table__main, main .tile__name a').first().click();
  await admin.page.waitForLoadState('load');
  await admin.look('manage-api');
  await admin.page.locator('main a[href*="/plans/"]:not([href$="/new"])').first().click();
  await admin.page.waitForLoadState('load');
  await admin.look('manage-plan');
  await admin.page.locator('main input[type="radio"][value="auto"]').check();
  await admin.page.getByRole('button', { name: /save/i }).first().click();
  await admin.page.waitForLoadState('load');
}

async function automatic({ server, enter, report }) {
  const admin = await enter();
  await setUpDemo(server, admin);
  await approveAtOnce(admin);
  const developer = await enter();
  await arrive(admin, developer);
  await developer.look('catalogue');
  await developer.click(developer.page.locator('.tile__name a').first());
  await developer.look('catalogue-api');
  await developer.click(/^Subscribe/, 'link');
  await developer.look('subscribe');
  await developer.type('What is it for? (optional)', 'A bot that answers mail about orders');
  await developer.click('Subscribe');
  const secret = await developer.read('#secret');
  report('the key is shown', secret.startsWith('sk-ptc-') && secret.length === 56, secret.slice(0, 10));
  await developer.click(developer.page.locator('[data-copy="secret"]'));
  await developer.click('Send');
  const { text } = await developer.answer();
  report('the first call is answered', text.length > 0, text);
  within(report, 'J2 with a plan that approves by itself', developer, 7);
  await developer.look('key-shown-once');
  await developer.open('/catalogue/chat/changelog');
  await developer.sees('v1 published');
  await developer.look('catalogue-changelog');
  await developer.open('/catalogue/chat/try');
  await developer.click('Send');
  report('an API is tried with an own key', (await developer.answer()).text.length > 0);
  await developer.look('catalogue-try');
  await developer.open('/catalogue');
  await developer.sees('answered in 30 days');
  await developer.look('catalogue-used');
}

async function manual({ server, enter, report }) {
  const admin = await enter();
  await setUpDemo(server, admin);
  const developer = await enter();
  await arrive(admin, developer);
  await developer.click(developer.page.locator('.tile__name a').first());
  await developer.click(/^Subscribe/, 'link');
  await developer.type('What is it for? (optional)', 'A bot that answers mail about orders');
  await developer.click('Subscribe');
  const request = developer.page.url();
  await developer.look('request-waiting');
  await admin.open('/inbox');
  await admin.look('inbox-request');
  await admin.page.locator('main .table__main').first().click();
  await admin.look('inbox-decide');
  await admin.page.getByRole('button', { name: 'Approve request' }).click();
  await admin.page.waitForLoadState('load');
  await developer.open(request);
  await developer.look('request-approved');
  await developer.click('Make key');
  await developer.look('key-made');
  await developer.click('Send');
  const { text } = await developer.answer();
  report('the first call is answered', text.length > 0, text);
  within(report, 'J2 with approval', developer, 8);
  await developer.open('/');
  await developer.look('home-developer');
}

export const journeys = { 'J2 automatic': automatic, 'J2 approval': manual };
