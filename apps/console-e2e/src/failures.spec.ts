import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

test.describe('an operation that does not reach its goal', () => {
  let world: World;

  test.beforeAll(async () => {
    world = await World.start();
  });

  test.afterAll(async () => {
    await world.stop();
  });

  test('names a refused login, gives the host’s own words and one button that mends it', async ({ page }) => {
    const host = await world.startHost();
    const { id } = await world.api.createConnection({ name: 'locked', port: host.port, username: host.username });
    await world.api.approveHostKey(id);
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/connections/${id}`);
    await expect(page.getByRole('region', { name: 'Services' })).toContainText('What runs on this host?');
    await page.getByRole('button', { name: 'Test SSH' }).click();

    const card = page.getByRole('region', { name: 'The host refused the login' });
    await expect(card).toContainText('AUTHENTICATION_FAILED');
    await expect(card).toContainText('Check the user name and the credential');
    await expect(page.locator('[data-step=authenticate]')).toContainText('Failed');
    expect(await host.sshd.loginAttempts(), 'one attempt, and no other by itself').toBe(1);
    await page.getByRole('link', { name: 'Steps and log' }).click();
    await expect(page.getByRole('heading', { name: 'SSH test · locked', level: 1 })).toBeVisible();
    await expect(page.locator('lockstep-failure-card')).toContainText('AUTHENTICATION_FAILED');
    await expect(page.locator('lockstep-operation-badge')).toHaveText('Failed');

    await page.getByRole('link', { name: 'Edit the credential' }).click();
    await page.getByRole('button', { name: 'Private key' }).click();
    await page.getByRole('textbox', { name: 'Private key' }).fill(host.privateKey);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('button', { name: 'Test SSH' }).click();
    await expect(page.getByText('Reachable')).toBeVisible();
    await expect(card).toHaveCount(0);
  });

  test('a key that was approved elsewhere leads on to a test, and no failure is shown any more', async ({ page }) => {
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'approved elsewhere' });
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/connections/${id}`);
    const main = page.getByRole('main');
    await expect(main.getByText('The host key has been approved since the last test.')).toBeVisible();
    await expect(main.locator('lockstep-failure-card')).toHaveCount(0);
    await main.getByRole('button', { name: 'Test SSH' }).click();
    await expect(page.getByText('Reachable')).toBeVisible();
    await expect(main.getByText('The host key has been approved since the last test.')).toHaveCount(0);
  });

  test('a first host key is a question and no failure, and the decision comes before all else', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'stranger', approved: false });
    const asked = await world.api.tested(id);
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/operations/${asked.id}`);
    await expect(page.getByRole('heading', { name: 'SSH test · stranger' })).toBeVisible();
    await expect(page.locator('[data-step=host_key]')).toHaveClass('waiting');
    await expect(page.locator('[data-step=host_key] .ls-mono')).toHaveText(host.fingerprint);
    await expect(page.locator('.failed, lockstep-status-badge.failed')).toHaveCount(0);

    await page.goto(`${world.url}/connections/${id}`);
    const action = page.locator('main').getByRole('button').filter({ hasText: /\S/ }).first();
    await expect(action).toHaveText('Compare and decide');
    await action.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve and test' }).click();
    await expect(page.getByText('Reachable')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Compare and decide' })).toHaveCount(0);
  });

  test('a changed host key is loud, shows both keys, and blocks until somebody decides', async ({ page }) => {
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'replaced' });
    const before = host.fingerprint;
    await host.sshd.changeHostKey();
    const attempts = await host.sshd.loginAttempts();
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/connections/${id}`);
    await page.getByRole('button', { name: 'Test SSH' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'The host key has changed.' }).first()).toBeVisible();

    await page.getByRole('button', { name: 'Compare and decide' }).first().click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('The host key of replaced has changed');
    await expect(dialog).toContainText(before);
    await expect(dialog).toContainText(host.fingerprint);
    await dialog.getByRole('button', { name: 'Decide later' }).click();
    await page.getByRole('button', { name: 'Test SSH' }).click();
    await expect(page.locator('.operations li')).toHaveCount(3);
    await expect(page.locator('.operations li').first()).toContainText('Failed');
    expect(await host.sshd.loginAttempts(), 'no login is tried at a host that may be another').toBe(attempts);

    await page.getByRole('button', { name: 'Compare and decide' }).first().click();
    await dialog.getByRole('button', { name: 'Approve the new key' }).click();
    await expect(page.getByText('Reachable')).toBeVisible();
    await expect(page.getByText('Approved', { exact: true })).toBeVisible();
    await expect(page.getByText(host.fingerprint).first()).toBeVisible();
  });

  test('one that is cancelled from the tray ends as cancelled, and can be run again', async ({ page }) => {
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'patient' });
    await host.hold('command');
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/connections/${id}`);
    await page.getByRole('button', { name: 'Test SSH' }).click();
    await page.getByRole('button', { name: 'Open the running test' }).click();
    await expect(page.locator('[data-step=probe]')).toContainText('Running');
    await page.getByRole('button', { name: '1 running' }).click();
    await page.getByRole('button', { name: 'Cancel SSH test on patient' }).click();
    await expect(page.locator('lockstep-page-header lockstep-operation-badge')).toHaveText('Cancelled');
    await expect(page.locator('[data-step=probe]')).toContainText('Cancelled');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('region', { name: 'Activity' }), 'one Escape closes the tray').toHaveCount(0);
    await expect(page.getByRole('button', { name: /Activity/ }), 'and the focus is where it was').toBeFocused();
    const [cancelled] = await world.api.operationsOf(id);
    expect(cancelled).toMatchObject({ status: 'cancelled', effect: 'none' });

    await host.release('command');
    await page.getByRole('button', { name: 'Run again' }).click();
    await expect(page).not.toHaveURL(new RegExp(cancelled?.id ?? ''));
    await expect(page.locator('lockstep-page-header lockstep-operation-badge')).toHaveText('Completed');
    const [again] = await world.api.operationsOf(id);
    expect(again).toMatchObject({ status: 'completed', retryOf: cancelled?.id });
  });

  test('a failure stays in the tray until it is dismissed, in every tab', async ({ page }) => {
    const closed = await world.api.createConnection({ name: 'closed', port: 1 });
    await signIn(page, world.url, world.administrator);
    const second = await page.context().newPage();
    await second.goto(`${world.url}/operations`);
    for (const each of [page, second])
      await expect(each.locator('lockstep-link-chip').filter({ hasText: 'Live' })).toBeVisible();
    await world.api.tested(closed.id);
    for (const each of [page, second]) {
      await each.getByRole('button', { name: /\d failed/ }).click();
      await expect(each.getByRole('button', { name: 'Dismiss the failure on closed' })).toBeVisible();
    }
    await page.reload();
    await page.getByRole('button', { name: /\d failed/ }).click();
    await page.getByRole('button', { name: 'Dismiss the failure on closed' }).click();
    for (const each of [page, second])
      await expect(each.getByRole('button', { name: 'Dismiss the failure on closed' })).toHaveCount(0);
  });
});
