import { generateSshKey } from '@lockstep/server-testing';
import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

test.describe('connections are made and changed', () => {
  let world: World;

  test.beforeAll(async () => {
    world = await World.start();
  });

  test.afterAll(async () => {
    await world.stop();
  });

  test.beforeEach(async ({ page }) => {
    await signIn(page, world.url, world.administrator);
  });

  test('a form that does not fit says at each field what is wrong', async ({ page, complaints }) => {
    await page.goto(`${world.url}/connections/new`);
    await page.getByLabel('Host', { exact: true }).fill('not a host');
    await page.getByLabel('Port').fill('70000');
    await page.getByRole('button', { name: 'Add connection' }).click();
    for (const label of ['Host', 'Port', 'User', 'Name']) {
      const control = page.getByLabel(label, { exact: true });
      await expect(control).toHaveAttribute('aria-invalid', 'true');
      const described = (await control.getAttribute('aria-describedby')) ?? '';
      await expect(page.locator(`#${described}`)).not.toBeEmpty();
    }
    await expect(page.getByLabel('Host', { exact: true }), 'the first wrong field has the focus').toBeFocused();

    complaints.expect(/status of 409/);
    await world.api.createConnection({ name: 'taken', port: 22 });
    await page.getByLabel('Paste how you reach it').fill('ssh deploy@127.0.0.1');
    await page.getByRole('button', { name: 'Password' }).click();
    await page.getByLabel('Password', { exact: true }).last().fill('a password');
    await page.getByLabel('Port').fill('22');
    await page.getByLabel('Name', { exact: true }).fill('taken');
    await page.getByRole('button', { name: 'Add connection' }).click();
    await expect(page.getByRole('alert')).toContainText('This name is taken.');
    await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel('Name', { exact: true }), 'what was typed stays').toHaveValue('taken');
  });

  test('one is edited without its secret being shown, and deleted after a question', async ({ page }) => {
    const { id } = await world.api.createConnection({ name: 'old name', port: 22, tags: ['web'] });
    await page.goto(`${world.url}/connections/${id}/edit`);
    await expect(page.getByText('Saved and encrypted. It is never shown again')).toBeVisible();
    await page.getByLabel('Name', { exact: true }).fill('new name');
    await page.getByLabel('Tags').fill('web production');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByRole('heading', { name: 'new name', level: 1 })).toBeVisible();
    await expect(page.getByRole('link', { name: 'production' })).toBeVisible();

    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('Delete new name?');
    await dialog.getByRole('button', { name: 'Keep as it is' }).click();
    await expect(page.getByRole('heading', { name: 'new name', level: 1 })).toBeVisible();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete connection' }).click();
    await expect(page).toHaveURL(`${world.url}/connections`);
    await expect(page.getByRole('link', { name: 'new name' })).toHaveCount(0);
  });

  test('an ssh_config is previewed before anything is made, jump host included', async ({ page }) => {
    await page.goto(`${world.url}/connections/import`);
    await page.getByRole('button', { name: 'Preview' }).click();
    await expect(page.getByText('Paste the text, or read it from a file.')).toBeVisible();
    await page
      .getByLabel('Text')
      .fill(
        ['Host bastion', '  HostName 10.9.0.1', '  User gate', 'Host inner', '  HostName 10.9.0.2', '  User deploy']
          .concat(['  Port 2222', '  ProxyJump bastion', 'Host *', '  ServerAliveInterval 5'])
          .join('\n'),
      );
    await page.getByRole('button', { name: 'Preview' }).click();
    const preview = page.getByRole('region', { name: '2 connections would be made' });
    await expect(preview).toContainText('gate@10.9.0.1');
    await expect(preview).toContainText('deploy@10.9.0.2:2222');
    await expect(preview).toContainText('via bastion');
    const found = await world.query('SELECT 1 FROM connections WHERE name = $1', ['inner']);
    expect(found, 'nothing is made by looking').toEqual([]);

    await page.getByRole('button', { name: 'Make them' }).click();
    await expect(page.getByRole('heading', { name: '2 connections were made' })).toBeVisible();
    await page.getByRole('link', { name: 'See the connections' }).click();
    await page.getByRole('link', { name: 'inner' }).click();
    await expect(page.getByText('deploy@10.9.0.2:2222')).toBeVisible();
    await expect(page.getByText('Jump host')).toBeVisible();
  });

  test('a known_hosts file approves the keys of the connections it fits', async ({ page, complaints }) => {
    complaints.expect(/status of 422/);
    const { id } = await world.api.createConnection({ name: 'known', host: '10.9.0.7', port: 2222 });
    const key = await generateSshKey();
    await page.goto(`${world.url}/connections/import`);
    await page.getByRole('link', { name: 'Host keys (known_hosts)' }).click();
    const lines = page.getByLabel('Lines of known_hosts');
    await lines.fill('hello');
    await page.getByRole('button', { name: 'Approve these keys' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await lines.fill(`[10.9.0.7]:2222 ${key.publicKey}\nelsewhere.example ${key.publicKey}\n`);
    await page.getByRole('button', { name: 'Approve these keys' }).click();
    const answer = page.getByRole('status').filter({ hasText: '1 host key was approved' });
    await expect(answer).toContainText(key.fingerprint);
    await expect(answer).toContainText('1 line fits no connection');
    await answer.getByRole('link', { name: 'known' }).click();
    await expect(page).toHaveURL(`${world.url}/connections/${id}`);
    await expect(page.getByRole('region', { name: 'Host key' })).toContainText('Approved');
  });
});
