import { type LockstepServer, startLockstep } from '@lockstep/server-testing';
import { type ControlledHost, startControlledHost } from './support/controlled-host.js';
import { expect, test } from './support/test.js';

test.describe('the first run', () => {
  let lockstep: LockstepServer;
  let host: ControlledHost;

  test.beforeAll(async () => {
    const nobody = { LOCKSTEP_ADMIN_USERNAME: undefined, LOCKSTEP_ADMIN_PASSWORD: undefined };
    [lockstep, host] = await Promise.all([startLockstep({ env: nobody }), startControlledHost()]);
  });

  test.afterAll(async () => {
    await Promise.all([lockstep.dispose(), host.stop()]);
  });

  test('leads from the printed link to a tested host', async ({ page }) => {
    const link = /https?:\/\/\S+\/setup#token=\S+/.exec(lockstep.log())?.[0] ?? '';
    await page.goto(link);
    await expect(page, 'the token leaves the address at once').toHaveURL(`${lockstep.url}/setup`);

    await page.getByLabel('User name').fill('marina');
    await page.getByLabel('Password', { exact: true }).fill('four quiet harbour lights');
    await page.getByLabel('Password again').fill('four quiet harbour nights');
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await expect(page.getByText('The two passwords differ.')).toBeVisible();
    await page.getByLabel('Password again').fill('four quiet harbour lights');
    await page.getByRole('button', { name: 'Create administrator' }).click();

    await expect(page.getByRole('heading', { name: 'Add your first host' })).toBeVisible();
    await page.getByLabel('Paste how you reach it').fill(`ssh ${host.username}@127.0.0.1 -p ${host.port}`);
    await expect(page.getByLabel('Host', { exact: true })).toHaveValue('127.0.0.1');
    await expect(page.getByLabel('Port')).toHaveValue(String(host.port));
    await expect(page.getByLabel('User', { exact: true })).toHaveValue(host.username);
    await page.getByRole('textbox', { name: 'Private key' }).fill(host.privateKey);
    await page.getByLabel('Name', { exact: true }).fill('harbour');
    await page.getByRole('button', { name: 'Save and test' }).click();

    await expect(page.getByRole('heading', { name: 'Approve its key' })).toBeVisible();
    await expect(page.getByText(host.fingerprint)).toBeVisible();
    await expect(page.getByText('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).toBeVisible();
    expect(await host.sshd.loginAttempts(), 'nobody logs in before the key is approved').toBe(0);

    await host.hold('command');
    await page.getByRole('button', { name: 'Approve and test' }).click();
    await expect(page.getByRole('heading', { name: 'Watch the test' })).toBeVisible();
    await expect(page.locator('[data-step=authenticate]')).toContainText('Completed');
    await expect(page.locator('[data-step=probe]')).toContainText('Running');
    await expect(page.locator('[data-step=sftp]')).toContainText('Not begun');
    await host.release('command');

    await expect(page.getByRole('heading', { name: 'What was found' })).toBeVisible();
    await expect(page.getByText('harbour is reachable.')).toBeVisible();
    for (const step of ['resolve', 'connect', 'host_key', 'authenticate', 'probe', 'sftp'])
      await expect(page.locator(`[data-step=${step}]`)).toContainText('Completed');

    await page.getByRole('link', { name: 'Open the host' }).click();
    await expect(page.getByRole('heading', { name: 'harbour', level: 1 })).toBeVisible();
    await expect(page.getByText('Reachable')).toBeVisible();
    await expect(page.getByText('Approved', { exact: true })).toBeVisible();
    await expect(page.getByText(`approved by marina`)).toBeVisible();
  });

  test('tells whoever opens the link later that it is used up', async ({ page, complaints }) => {
    complaints.expect(/status of 410/);
    await page.goto(`${lockstep.url}/setup#token=${'A'.repeat(43)}`);
    await page.getByLabel('User name').fill('intruder');
    await page.getByLabel('Password', { exact: true }).fill('four quiet harbour lights');
    await page.getByLabel('Password again').fill('four quiet harbour lights');
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await page.getByRole('link', { name: 'Go to the sign-in page' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  });
});
