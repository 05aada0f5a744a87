import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

test.describe('who may come in, and do what', () => {
  let world: World;

  test.beforeAll(async () => {
    world = await World.start();
  });

  test.afterAll(async () => {
    await world.stop();
  });

  test('a wrong password is refused in words; the right one leads to the page that was asked for', async ({
    page,
    complaints,
  }) => {
    complaints.expect(/status of 401/);
    await page.goto(`${world.url}/operations?status=failed`);
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await expect(page.getByLabel('User name'), 'one can type at once').toBeFocused();
    await page.keyboard.type(world.administrator.username);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await page.getByLabel('Password').fill(world.administrator.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Operations' })).toBeVisible();
    await expect(page).toHaveURL(`${world.url}/operations?status=failed`);
  });

  test('a session survives a refresh, and signing out ends it in every tab', async ({ page }) => {
    await signIn(page, world.url, world.administrator);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
    const second = await page.context().newPage();
    await second.goto(`${world.url}/connections`);
    await expect(second.getByRole('heading', { name: 'Connections' })).toBeVisible();

    await page.getByRole('button', { name: 'Your menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    for (const each of [page, second]) await expect(each.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await second.goto(`${world.url}/connections`);
    await expect(second.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  });

  test('a viewer sees what was granted and finds no button that would be refused', async ({ page }) => {
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'seen', tags: ['web'] });
    await signIn(page, world.url, await world.api.createUser('vera', 'viewer', ['web']));
    await page.goto(`${world.url}/connections`);
    await page.getByRole('link', { name: 'seen' }).click();
    await expect(page.getByRole('heading', { name: 'seen', level: 1 })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Who may do what' })).toHaveCount(0);
    for (const name of ['Test SSH', 'More', 'Add connection', 'Compare and decide'])
      await expect(page.getByRole('button', { name })).toHaveCount(0);

    await host.hold('command');
    const { operationId } = await world.api.test(id);
    await expect(page.getByRole('button', { name: 'Open the running test' })).toBeVisible();
    await page.goto(`${world.url}/operations/${operationId}`);
    await expect(page.locator('[data-step=probe]')).toContainText('Running');
    await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
    await host.release('command');
    await expect(page.locator('lockstep-page-header lockstep-operation-badge')).toHaveText('Completed');
    await expect(page.getByRole('button', { name: 'Run again' })).toHaveCount(0);
    for (const path of ['/connections/new', `/connections/${id}/edit`, '/settings/users', '/settings/audit']) {
      await page.goto(`${world.url}${path}`);
      await expect(page, `${path} leads elsewhere`).not.toHaveURL(`${world.url}${path}`);
    }
  });

  test('the audit is searched, and leads to what was done', async ({ page }) => {
    const { id } = await world.api.createConnection({ name: 'audited', port: 22 });
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/settings/audit`);
    const entry = page.getByRole('link', { name: `connection:${id}`, exact: true });
    await expect(entry.first()).toBeVisible();
    await page.getByRole('searchbox', { name: 'Search the audit' }).fill('no such thing');
    await expect(page.getByText('Nothing matches')).toBeVisible();
    await page.getByRole('searchbox', { name: 'Search the audit' }).fill(`connection:${id}`);
    await expect(entry).toHaveCount(1);
    await page.getByRole('button', { name: 'Failed', exact: true }).click();
    await expect(page.getByText('Nothing matches')).toBeVisible();
    await expect(page).toHaveURL(/result=failed/);
    await page.getByRole('button', { name: 'Done', exact: true }).click();
    await entry.click();
    await expect(page.getByRole('heading', { name: 'audited', level: 1 })).toBeVisible();
  });

  test('an operator is made with a grant by tag, and sees just that', async ({ page, another, complaints }) => {
    complaints.expect(/status of 409/);
    const seen = await world.api.createConnection({ name: 'theirs', port: 22, tags: ['database'] });
    await world.api.createConnection({ name: 'not theirs', port: 22 });
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/settings/users`);
    await page.getByRole('button', { name: 'Add user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    // At once and without looking for the field: the dialog has the focus before it has faded in.
    await page.keyboard.type(world.administrator.username);
    await dialog.getByLabel('Password').fill('four quiet harbour lights');
    await dialog.getByRole('button', { name: 'Add user' }).click();
    await expect(dialog.getByLabel('User name'), 'a name that is taken is marked').toHaveAttribute(
      'aria-invalid',
      'true',
    );
    await expect(dialog).toContainText('this name is taken');
    await dialog.getByLabel('User name').fill('oscar');
    await dialog.getByLabel('Password').fill('short');
    await dialog.getByRole('button', { name: 'Add user' }).click();
    await expect(dialog.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
    await dialog.getByLabel('Password').fill('four quiet harbour lights');
    await dialog.getByRole('button', { name: 'Add user' }).click();
    await expect(dialog).toHaveCount(0);

    await page.getByRole('button', { name: 'Actions for oscar' }).click();
    await page.getByRole('menuitem', { name: 'What they may see' }).click();
    await dialog.getByRole('button', { name: 'database' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('listitem').filter({ hasText: 'oscar' })).toContainText('database');
    await page.goto(`${world.url}/connections/${seen.id}`);
    const viewers = page.getByRole('region', { name: 'Who may do what' }).getByRole('listitem');
    await expect(viewers.filter({ hasText: 'oscar' })).toContainText('See, start and cancel');
    await expect(viewers.filter({ hasText: 'oscar' })).toContainText('Operator by tag database');
    await expect(viewers.filter({ hasText: world.administrator.username })).toContainText('Everything');

    const theirs = await another(world.url, { username: 'oscar', password: 'four quiet harbour lights' });
    await theirs.goto(`${world.url}/connections`);
    await expect(theirs.getByRole('link', { name: 'theirs', exact: true })).toBeVisible();
    await expect(theirs.getByText('not theirs')).toHaveCount(0);
    await expect(theirs.getByText('1 row', { exact: true })).toBeVisible();
  });

  test('an API token is shown once, works, and no more after it was revoked', async ({ page }) => {
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/settings/tokens`);
    await page.getByLabel('What it is for').fill('pipeline');
    await page.getByRole('button', { name: 'Make token' }).click();
    const issued = page.getByRole('status').filter({ hasText: 'pipeline: copy the token now' });
    const token = (await issued.locator('code').first().textContent())?.trim() ?? '';
    const ask = () => fetch(`${world.url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask()).status).toBe(200);

    await page.getByRole('button', { name: 'I have copied it' }).click();
    await expect(page.getByText(token)).toHaveCount(0);
    await page.reload();
    await expect(page.getByRole('button', { name: 'Revoke pipeline' })).toBeVisible();
    expect(await page.content()).not.toContain(token);
    await page.getByRole('button', { name: 'Revoke pipeline' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('Revoke pipeline?');
    await dialog.getByRole('button', { name: 'Revoke token' }).click();
    await expect(page.getByRole('button', { name: 'Revoke pipeline' })).toHaveCount(0);
    await expect.poll(async () => (await ask()).status, { timeout: 2_000 }).toBe(401);
  });
});
