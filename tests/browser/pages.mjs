// Every other page, as an admin, an auditor and somebody who is not signed in: axe and pictures.
import { ADMIN as ADA, ask, makeDeveloper, setUpDemo, signIn } from './people.mjs';

const PUBLIC = ['/sign-in', '/sign-up', '/reset', '/docs/errors', '/docs/errors/key_unknown', '/docs/errors?q=invalid+user', '/docs/api', '/no-such-page'];
const MEMBER = ['/', '/catalogue', '/apps', '/apps/new', '/keys', '/keys/new', '/requests', '/calls', '/calls?more=1', '/diagnose', '/profile', '/teams'];
const ADMIN = ['/inbox', '/manage/apis', '/manage/apis/new', '/manage/vendors', '/manage/vendors/new?preset=openai', '/manage/models', '/manage/settings', '/users', '/users/new', '/?scope=all', '/calls?scope=all'];

const name = (prefix, path) => `${prefix}-${path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'home'}`;

async function every({ server, enter, report }) {
  const admin = await enter();
  await setUpDemo(server, admin);
  await admin.click('Send');
  await admin.answer();
  const stranger = await enter();
  for (const path of PUBLIC) {
    const answer = await stranger.open(path);
    report(`${path} answers`, answer.status() < 500 && (answer.ok() || path === '/no-such-page'), `status ${answer.status()}`);
    await stranger.look(name('public', path));
  }
  for (const path of [...MEMBER, ...ADMIN]) {
    const answer = await admin.open(path);
    report(`${path} answers`, answer.ok(), `status ${answer.status()}`);
    if (answer.ok()) await admin.look(name('page', path));
  }
  await focus(stranger, report);
  await details(admin);
  await questions(admin, report);
  await unsaved(admin, report);
  await narrow(admin, report);
  await theme(admin, report);
  await astray(admin, report);
  await weight(admin, report);
}

/** Where the keyboard stands when a page opens, and when its form came back. */
async function focus(stranger, report) {
  const stands = async (on, what) => report(what, await stranger.page.evaluate((fits) => document.activeElement.matches(fits), on), stranger.page.url());
  await stranger.open('/sign-in');
  await stands('#email', 'the sign-in page opens in its first field');
  await signIn(stranger, { email: 'nobody@example.org', password: 'not the password' });
  await stands('[data-refused]', 'a refused sign-in leads to what it says');
  await stranger.open('/sign-up');
  await stands('#name', 'the sign-up page opens in its first field');
  await stranger.type('Name', 'Nobody');
  await stranger.type('E-mail', 'nobody@example.org');
  await stranger.type('Password', 'short');
  await stranger.click('Sign up');
  await stands('#password[aria-invalid]', 'a refused sign-up leads to its first field in error');
  await stranger.look('public-sign-up-refused');
}

/** The first entry of each list. */
async function details(admin) {
  for (const list of ['/apps', '/keys', '/requests', '/calls', '/users', '/teams', '/manage/apis', '/manage/vendors', '/manage/models']) {
    await admin.open(list);
    const first = admin.page.locator('main .table__main, main .tile__name a').first();
    if ((await first.count()) === 0) continue;
    await first.click();
    await admin.page.waitForLoadState('load');
    await admin.look(name('first', list));
  }
}

/** What is asked before callers are cut off, and the way back. */
async function questions(admin, report) {
  await admin.open('/manage/apis');
  await admin.click(admin.page.locator('main .table__main').first());
  await admin.page.locator('[name="model"]').first().selectOption('');
  await admin.click('Save models');
  const dialog = admin.page.getByRole('dialog');
  report('a model in use is taken off after a question', await dialog.isVisible());
  await admin.look('dialog-take-off');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  report('Cancel closes it', !(await dialog.isVisible()));
  await admin.open('/teams');
  await admin.type('Name of a new team', 'Search');
  await admin.click('Make team');
  await admin.look('team-shared');
}

/** What was typed in one form of the editor is not lost by another. */
async function unsaved(admin, report) {
  await admin.open('/manage/apis');
  await admin.click(admin.page.locator('main .table__main').first());
  const words = 'Typed and not saved';
  await admin.page.locator('#docs').fill(words);
  let said = '';
  admin.page.once('dialog', (dialog) => { said = dialog.message(); return dialog.dismiss(); });
  await admin.click('Add draft');
  report('another form asks before what was typed is lost', said.includes('The documentation'), said);
  report('what was typed is still there', (await admin.page.locator('#docs').inputValue()) === words, admin.page.url());
  await admin.click('Save documentation');
  await admin.sees('Documentation saved.');
}

/** Filters fold on a phone until one is set; Home on a middling screen; a page on paper. */
async function narrow(admin, report) {
  const shown = () => admin.page.locator('form.filters').isVisible();
  await admin.open('/calls');
  report('filters stand open on a wide page', await shown());
  await admin.page.setViewportSize({ width: 390, height: 844 });
  report('filters are folded on a phone', !(await shown()));
  const row = admin.page.locator('.table--brief tbody tr').first();
  const box = await row.boundingBox();
  report('a call takes two lines on a phone, and a finger finds it', box.height >= 44 && box.height <= 64, `${box.height} px`);
  await row.click({ position: { x: box.width - 12, y: box.height - 6 } });
  await admin.page.waitForLoadState('load');
  report('the whole of it leads to the call', /\/calls\/[0-9a-f-]{36}$/.test(admin.page.url()), admin.page.url());
  for (const path of ['/users', '/teams', '/manage/models', '/apps']) {
    await admin.open(path);
    const { height } = await admin.page.locator('.table--brief tbody tr').first().boundingBox();
    report(`a row of ${path} takes two lines on a phone`, height >= 44 && height <= 64, `${height} px`);
  }
  await admin.open('/calls');
  await admin.click(admin.page.locator('.fold > summary'));
  report('a press unfolds them', await shown());
  await admin.open('/calls?model=demo-echo');
  report('a filter that is set is in sight', await shown());
  await admin.page.setViewportSize({ width: 1024, height: 768 });
  await admin.open('/');
  await admin.picture('home-1024');
  await admin.page.setViewportSize({ width: 1440, height: 900 });
  await admin.open('/calls');
  await admin.page.emulateMedia({ media: 'print' });
  await admin.picture('print-calls');
  report('paper shows neither menu nor filters', !(await shown()) && !(await admin.page.locator('.shell__side').isVisible()));
  const when = await admin.page.locator('time[data-rel]').first().evaluate((time) => getComputedStyle(time, '::after').content);
  report('paper says when it was, not how long ago', /\d{4}-\d\d-\d\dT/.test(when), when);
  await admin.page.emulateMedia({ media: 'screen' });
}

/** The theme that is chosen stands out from the others, by an edge of its own. */
async function theme(admin, report) {
  for (const colorScheme of ['light', 'dark']) {
    await admin.page.emulateMedia({ colorScheme });
    await admin.open('/profile');
    const [edge, ground] = await admin.page.locator('main .switch__item[aria-pressed="true"]').evaluate((item) => [
      getComputedStyle(item).boxShadow.match(/rgb\([^)]*\)/)[0], getComputedStyle(item.parentElement).backgroundColor]);
    const light = (color) => color.match(/\d+/g).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0.05);
    const [dim, bright] = [light(edge), light(ground)].sort((a, b) => a - b);
    report(`the chosen theme has an edge in ${colorScheme}`, bright / dim >= 2.6, `${edge} on ${ground}`);
  }
  await admin.page.emulateMedia({ colorScheme: 'light' });
}

/** A page that is not there, and a session that ends while somebody types. */
async function astray(admin, report) {
  await admin.open('/no-such-page');
  report('a page that is not there has the menu', await admin.page.getByRole('navigation', { name: 'Main' }).first().isVisible());
  await admin.look('error-404');
  await admin.open('/teams');
  await admin.type('Name of a new team', 'Typed before');
  await admin.context.clearCookies({ name: 'portico' });
  await admin.click('Make team');
  await admin.look('error-401');
  await admin.click(admin.page.locator('main').getByRole('link', { name: 'Sign in' }));
  await signIn(admin, ADA);
  await admin.sees('Typed before');
  await admin.look('unsent');
  await admin.click('Send it now');
  report('what was typed is saved after signing in again', (await admin.read('h1')).includes('Typed before'), admin.page.url());
}

/** The first page over the wire: at most 100 KiB, and 2 requests before it is painted. */
async function weight(admin, report) {
  const cdp = await admin.context.newCDPSession(admin.page);
  await cdp.send('Network.enable');
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  const sizes = new Map();
  cdp.on('Network.loadingFinished', (event) => sizes.set(event.requestId, event.encodedDataLength));
  await admin.open('/catalogue');
  const blocking = await admin.page.evaluate(() => performance.getEntriesByType('resource').filter((one) => one.renderBlockingStatus === 'blocking').length);
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  report(`the first page weighs ${Math.round(bytes / 1024)} KiB, 100 at most`, bytes > 0 && bytes <= 100 * 1024);
  report(`${blocking + 1} requests before the first paint, 2 at most`, blocking + 1 <= 2);
}

/** The pages of those who make APIs, as somebody who only looks. */
async function auditor({ server, enter, report }) {
  const admin = await enter();
  await setUpDemo(server, admin);
  await admin.open('/manage/apis');
  await admin.click(admin.page.locator('main .table__main').first());
  await admin.click('Add draft');
  const developer = await enter();
  await makeDeveloper(admin, developer);
  await ask(developer, 'A bot that answers mail about orders');
  const person = { email: 'audra@example.org', password: 'amber window river 63' };
  const looker = await enter();
  await looker.open(server.command('user', 'add', person.email, '--role', 'auditor').match(/http\S+/)[0]);
  await looker.type('New password', person.password);
  await looker.click('Set password');
  await looker.open('/sign-in');
  await signIn(looker, person);
  const first = () => looker.page.locator('main .table__main').first();
  const stands = async (name) => {
    report(`${name} offers nothing to press`, (await looker.page.locator('main form, main button').count()) === 0);
    await looker.look(`auditor-${name}`);
  };
  await looker.open('/manage/apis');
  await stands('apis');
  await looker.click(first());
  await stands('api-draft');
  await looker.click('v1', 'link');
  await stands('api');
  await looker.open(`${new URL(looker.page.url()).pathname}/subscribers`);
  await stands('subscribers');
  await looker.open('/users/new');
  await looker.look('error-403');
  await looker.open('/inbox');
  await stands('inbox');
  await looker.click(first());
  await stands('request');
  await going(admin, developer, report);
}

/** What is said before a person goes who alone owns a team. */
async function going(admin, developer, report) {
  await developer.open('/teams');
  await developer.type('Name of a new team', 'Search');
  await developer.click('Make team');
  await admin.open('/users');
  await admin.click('Dana Developer', 'link');
  await admin.look('user-with-a-team');
  const dialog = admin.page.getByRole('dialog');
  const named = () => dialog.getByRole('link', { name: 'Search' }).isVisible();
  await admin.click('Deactivate');
  report('the team that nobody else owns is named before a person is deactivated', await named());
  await admin.look('dialog-deactivate');
  await admin.click(dialog.getByRole('button', { name: 'Deactivate' }));
  await admin.click('Delete');
  report('and before they are deleted', await named());
  await admin.look('dialog-delete');
}

/** Without a script, the same pages still do their work. */
async function scriptless({ server, enter, report }) {
  const admin = await enter();
  await setUpDemo(server, admin);
  const state = await admin.context.storageState();
  const context = await admin.context.browser().newContext({ javaScriptEnabled: false, storageState: state, viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto(`${server.url}/apps`);
  await page.locator('summary[aria-label="Menu"]').click();
  await page.getByRole('link', { name: 'Keys', exact: true }).last().click();
  report('the menu opens without a script', page.url().endsWith('/keys'), page.url());
  await page.goto(`${server.url}/keys/new`);
  await page.locator('[name="name"]').fill('no script');
  await page.getByRole('button', { name: 'Make key' }).click();
  const secret = (await page.locator('#secret').textContent()).trim();
  report('a key is made without a script', secret.startsWith('sk-ptc-'), page.url());
  for (const path of ['/keys', '/diagnose', '/manage/vendors/new?preset=openai']) {
    await page.goto(`${server.url}${path}`);
    if (path === '/keys') await page.locator('main .table__main').first().click();
    report(`${path} shows nothing that needs a script`, (await page.locator('.js-only:visible').count()) === 0 && (await page.locator('.js-only').count()) > 1);
  }
  await page.goto(`${server.url}/diagnose`);
  await page.getByLabel('Request id, or the beginning of a key').fill(secret.slice(0, 11));
  await page.getByRole('button', { name: 'Diagnose', exact: true }).click();
  report('a key is diagnosed without a script', await page.locator('#verdict').isVisible(), page.url());
  await context.close();
}

export const journeys = { 'pages': every, auditor, 'without a script': scriptless };
