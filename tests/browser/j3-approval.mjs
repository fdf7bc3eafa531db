// J3: a request is approved with 2 clicks, denied with 3; the requester reads why and may ask again.
import { ask, makeDeveloper, setUpDemo, within } from './people.mjs';

async function decide({ server, enter, report }) {
  const admin = await enter();
  await setUpDemo(server, admin);
  const developer = await enter();
  await makeDeveloper(admin, developer);
  const request = await ask(developer, 'A bot');

  await admin.open('/inbox');
  admin.clicks = 0;
  await admin.click(admin.page.locator('main .table__main').first());
  await admin.click('Deny', 'button');
  await admin.page.locator('dialog[open]').waitFor();
  await admin.look('inbox-deny');
  await admin.page.locator('dialog[open]').getByLabel('Comment').fill('Say which mailbox it reads.');
  await admin.click('Deny request');
  within(report, 'J3 deny', admin, 3);

  await developer.open(request);
  await developer.sees('Say which mailbox it reads.');
  await developer.look('request-denied');
  await developer.page.locator('[name="reason"]').fill('A bot that reads orders@example.org');
  await developer.click('Ask again');

  await admin.open('/inbox');
  admin.clicks = 0;
  await admin.click(admin.page.locator('main .table__main').first());
  await admin.click('Approve request');
  within(report, 'J3 approve', admin, 2);
  await developer.open(request);
  await developer.sees('Approved');
  report('the requester sees the approval', true);
}

export const journeys = { 'J3 approval': decide };
