import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

const wordsOfHost = Array.from({ length: 200 }, (_, index) => `the host's line ${index + 1}\n`).join('');

test.describe('operations', () => {
  let world: World;
  let connectionId: number;

  test.beforeAll(async () => {
    world = await World.start();
    const host = await world.startHost();
    ({ id: connectionId } = await world.connect(host, { name: 'lighthouse' }));
    await world.api.tested(connectionId);
    const closed = await world.api.createConnection({ name: 'closed', port: 1 });
    await world.api.tested(closed.id);
  });

  test.afterAll(async () => {
    await world.stop();
  });

  test.beforeEach(async ({ page }) => {
    await signIn(page, world.url, world.administrator);
  });

  test('are filtered by the address, and the list shows what begins meanwhile', async ({ page }) => {
    await page.goto(`${world.url}/operations`);
    const rows = page.locator('[role=row][data-index]');
    await expect(rows).toHaveCount(3);
    await page.getByRole('button', { name: 'Failed', exact: true }).click();
    await expect(page).toHaveURL(/status=failed/);
    await expect(rows.filter({ hasText: 'closed' })).toHaveCount(1);
    await page.getByRole('button', { name: 'Completed', exact: true }).click();
    await expect(page).toHaveURL(/status=failed(,|%2C)completed/);
    await expect(rows).toHaveCount(3);
    await page.goto(`${world.url}/operations?status=completed&connectionId=${connectionId}`);
    await expect(rows).toHaveCount(1);
    await expect(rows.first()).toContainText('lighthouse');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(page).toHaveURL(`${world.url}/operations`);

    await world.api.tested(connectionId);
    await expect(rows).toHaveCount(4);
    await expect(rows.first()).toContainText('lighthouse');
    await expect(rows.first()).toContainText('Completed');
  });

  test('have a log that follows, stays where one reads, and then offers the new lines', async ({ page }) => {
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'talkative' });
    await host.say(wordsOfHost);
    await host.hold('sftp');
    const { operationId } = await world.api.test(id);
    await page.goto(`${world.url}/operations/${operationId}`);
    const log = page.getByRole('log');
    await expect(log.getByText("the host's line 200"), 'it follows to the end').toBeVisible();

    const lines = log.getByRole('group', { name: 'Lines' });
    await lines.evaluate((element) => element.scrollTo(0, 0));
    const first = log.locator('lockstep-log-line').first();
    await expect(first).toBeInViewport();
    await host.release('sftp');
    const offer = page.getByRole('button', { name: /\d+ new lines?/ });
    await expect(offer).toBeVisible();
    await expect(first, 'it stays').toBeInViewport();
    await offer.click();
    await expect(offer).toHaveCount(0);
    await expect(first).not.toBeInViewport();
    await expect(log.locator('lockstep-log-line').last()).toBeInViewport();

    await expect(log.getByText(/^kernel: Linux \S+$/), 'one fact a line').toHaveCount(1);
    await page.getByRole('searchbox', { name: 'Search in the log' }).fill('line 42');
    await expect(page.getByText('1 found')).toBeVisible();
    await page.getByRole('searchbox', { name: 'Search in the log' }).press('Enter');
    await expect(log.locator('mark')).toHaveText('line 42');
    await expect(page).toHaveURL(/#L\d+$/);
    const line = /#L(\d+)$/.exec(page.url())?.[1];

    const elsewhere = await page.context().newPage();
    await elsewhere.goto(page.url());
    const marked = elsewhere.locator(`lockstep-log-line.marked`);
    await expect(marked).toHaveAttribute('data-line', line ?? '');
    await expect(marked).toContainText("the host's line 42");
    await expect(marked).toBeInViewport();
  });

  test('say how long they usually take, once five runs before are known', async ({ page }) => {
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'regular' });
    const usual = page.getByText(/^usually \d.* to \d/);
    const watch = async (expected: number) => {
      await host.hold('command');
      const { operationId } = await world.api.test(id);
      await page.goto(`${world.url}/operations/${operationId}`);
      await expect(page.locator('[data-step=probe]')).toContainText('Running');
      await page.waitForLoadState('networkidle');
      await expect(usual).toHaveCount(expected);
      await host.release('command');
      await expect(page.locator('lockstep-page-header lockstep-operation-badge')).toHaveText('Completed');
      await expect(usual, 'an ended one says how long it took').toHaveCount(0);
    };
    for (let run = 0; run < 4; run++) await world.api.tested(id);
    await watch(0);
    await watch(1);
  });

  test('can be asked for again from a terminal: each page copies what it asked', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(`${world.url}/connections/${connectionId}`);
    await page.getByRole('button', { name: 'Test SSH' }).click();
    await expect(page.getByText('Reachable')).toBeVisible();
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    const requests = page.getByRole('menuitem');
    await expect(requests.first()).toHaveText(`POST /api/connections/${connectionId}/test-connection`);
    await requests.first().click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(
      `curl -X POST -H "Authorization: Bearer $LOCKSTEP_TOKEN" '${world.url}/api/connections/${connectionId}/test-connection'`,
    );
  });

  test('and hosts are found from every page by Ctrl+K', async ({ page }) => {
    await page.goto(`${world.url}/settings/account`);
    await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
    await page.keyboard.press('Control+k');
    const finder = page.getByRole('combobox', { name: 'Search hosts, certificates, operations, actions' });
    await page.keyboard.type('lightho');
    await expect(finder, 'no letter of a quick hand is lost').toHaveValue('lightho');
    await expect(finder).toBeFocused();
    const best = page.getByRole('option').first();
    await expect(best).toContainText('@127.0.0.1');
    await expect(best).toContainText('lighthouse');
    await expect(best).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(`${world.url}/connections/${connectionId}`);
    await page.keyboard.press('/');
    await expect(finder).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(finder).toHaveCount(0);
  });
});
