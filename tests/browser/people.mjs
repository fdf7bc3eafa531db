// What several journeys start with.
export const ADMIN = { name: 'Ada Admin', email: 'ada@example.org', password: 'plum harbor violet 42' };
export const DEVELOPER = { name: 'Dana Developer', email: 'dana@example.org', password: 'quiet lantern copper 17' };

/** The admin's account by the set-up link, as far as the choice of a vendor. */
export async function makeAdmin(server, walker) {
  await walker.open(server.command('setup-link').split('\n').pop());
  await walker.type('Your name', ADMIN.name);
  await walker.type('E-mail', ADMIN.email);
  await walker.type('Password', ADMIN.password);
  await walker.click('Continue');
}

/** Set-up with the demo vendor, to the page with the first key. */
export async function setUpDemo(server, walker) {
  await makeAdmin(server, walker);
  await walker.click('Use the demo vendor');
}

export async function signIn(walker, person) {
  await walker.type('E-mail', person.email);
  await walker.type('Password', person.password);
  await walker.click('Sign in');
}

/** A developer who signed up and was let in by the admin; signed in. */
export async function makeDeveloper(admin, developer, person = DEVELOPER) {
  await developer.open('/sign-up');
  await developer.type('Name', person.name);
  await developer.type('E-mail', person.email);
  await developer.type('Password', person.password);
  await developer.click('Sign up');
  await admin.open('/inbox');
  await admin.click('Let in');
  await developer.open('/sign-in');
  await signIn(developer, person);
}

/** A request for the first API of the catalogue; gives its address. */
export async function ask(developer, reason) {
  await developer.open('/catalogue');
  await developer.click(developer.page.locator('.tile__name a').first());
  await developer.click(/^Subscribe/, 'link');
  await developer.type('What is it for? (optional)', reason);
  await developer.click('Subscribe');
  return developer.page.url();
}

/** Whole numbers that a journey may take. */
export function within(report, what, walker, most) {
  report(`${what}: ${walker.clicks} clicks, ${most} at most`, walker.clicks <= most);
}
