import { whyNoSystemdHosts } from '@lockstep/server-testing';
import type { RollingRestart } from '@lockstep/contract';
import type { Page, Route } from '@playwright/test';
import { ServiceFleet } from './support/service-fleet.js';
import { expect, signIn, test } from './support/test.js';

const reason = await whyNoSystemdHosts();

test.describe('services of whole hosts', () => {
  test.skip(reason !== undefined, `left out: ${reason}`);
  let fleet: ServiceFleet;

  test.beforeAll(async () => {
    test.setTimeout(180_000);
    fleet = await ServiceFleet.start();
  });

  test.afterAll(async () => {
    await fleet.stop();
  });

  test.beforeEach(async ({ page }) => {
    await signIn(page, fleet.world.url, fleet.world.administrator);
  });

  test('are read on request, or once a test got through; found by a search, and pinned from the keyboard', async ({
    page,
  }) => {
    await page.goto(`${fleet.world.url}/connections/${fleet.id(0)}`);
    const card = page.getByRole('region', { name: 'Services' });
    await card.getByRole('button', { name: 'Look at the host' }).click();
    await expect(card.getByRole('listitem').first()).toBeVisible({ timeout: 20_000 });
    await card.getByRole('searchbox', { name: 'Search services' }).fill('front');
    await expect(card.getByRole('listitem')).toHaveCount(2);
    await expect(card.getByRole('listitem').filter({ hasText: 'Cache of the shop front' })).toContainText('Active');
    await card.getByRole('button', { name: 'Pin shop.service' }).focus();
    await page.keyboard.press('Enter');
    await expect(card.getByRole('button', { name: 'Pin shop.service' })).toHaveAttribute('aria-pressed', 'true');
    await card.getByRole('searchbox', { name: 'Search services' }).fill('nothing like it');
    await card.getByRole('button', { name: 'Clear search' }).click();
    await page.reload();
    await expect(card.getByRole('listitem').first()).toContainText('shop.service', { timeout: 20_000 });
    await card.getByRole('link', { name: /^All \d+ services$/ }).click();
    await page.getByRole('button', { name: /^Inactive/ }).click();
    await expect(page).toHaveURL(/services\?state=inactive$/);
    await expect(page.getByRole('link', { name: 'nginx.service' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'shop.service' })).toHaveCount(0);
  });

  test('are restarted after a question, watched with their journal, and joined by whoever comes second', async ({
    page,
    another,
  }) => {
    const url = `${fleet.world.url}/connections/${fleet.id(0)}/services/ledger.service`;
    const olga = await fleet.world.api.createUser('olga', 'operator', ['shop']);
    const there = await another(fleet.world.url, olga);
    await Promise.all([page.goto(url), there.goto(url)]);
    const before = await fleet.execute(0, 'systemctl show --property=InvocationID ledger.service');
    await there.getByRole('button', { name: 'Restart', exact: true }).click();
    await expect(there.getByRole('dialog').getByText('May restart it')).toBeVisible({ timeout: 20_000 });

    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText('Nothing else on this host.')).toBeVisible({ timeout: 20_000 });
    await dialog.getByRole('button', { name: 'Restart' }).click();
    await expect(runningButton(page)).toBeVisible();

    // The other one had the question open: it now leads to the restart that runs.
    await expect(there.getByRole('dialog').getByText('is restarting it right now')).toBeVisible();
    await there.getByRole('dialog').getByRole('button', { name: 'Watch the running one' }).click();
    await runningButton(page).click();
    for (const each of [page, there]) {
      await expect(each.getByRole('heading', { name: /ledger\.service/, level: 1 })).toBeVisible();
      await expect(each.locator('lockstep-page-header lockstep-operation-badge')).toHaveText('Completed', {
        timeout: 30_000,
      });
      await expect(
        each
          .getByRole('log')
          .getByText(/opening the books/)
          .first(),
      ).toBeVisible();
    }
    expect(page.url()).toBe(there.url());
    expect(await fleet.execute(0, 'systemctl show --property=InvocationID ledger.service')).not.toBe(before);
    const operations = await fleet.world.api.operationsOf(fleet.id(0));
    expect(operations.filter(({ target }) => target === 'ledger.service')).toHaveLength(1);

    await page.goto(url);
    await expect(page.locator('.restarts li')).toHaveCount(1);
    await expect(page.locator('.restarts li')).toContainText('Completed');
  });

  test('are joined with a word about it when two confirm at once', async ({ page, another }) => {
    const url = `${fleet.world.url}/connections/${fleet.id(2)}/services/ledger.service`;
    const there = await another(fleet.world.url, await fleet.world.api.createUser('otto', 'operator', ['shop']));
    // Both requests are let go at once: who were told of the other restart before would be led to it instead.
    const held: Route[] = [];
    for (const each of [page, there]) {
      await each.route('**/restart-service', (route) => void held.push(route));
      await each.goto(url);
      await each.getByRole('button', { name: 'Restart', exact: true }).click();
      await each.getByRole('dialog').getByRole('button', { name: 'Restart' }).click();
    }
    await expect.poll(() => held.length, { intervals: [100] }).toBe(2);
    await Promise.all(held.map((route) => route.continue()));
    const told = async (each: Page) => await each.getByText(/This is already running/).count();
    const either = async () => (await told(page)) + (await told(there));
    await expect.poll(either, { message: 'the second one is told', intervals: [100] }).toBeGreaterThan(0);
    for (const each of [page, there]) await expect(runningButton(each)).toBeVisible();
    const operations = await fleet.world.api.operationsOf(fleet.id(2));
    expect(operations.filter(({ target }) => target === 'ledger.service')).toHaveLength(1);
    for (const each of [page, there])
      await expect(each.getByRole('button', { name: 'Restart', exact: true })).toBeVisible({ timeout: 30_000 });
  });

  test('that come up and die are told as failed, in the host’s own words', async ({ page }) => {
    await page.goto(`${fleet.world.url}/connections/${fleet.id(0)}/services/mailer.service`);
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click();
    await runningButton(page).click();
    await expect(page.locator('lockstep-page-header lockstep-operation-badge')).toHaveText('Failed', {
      timeout: 30_000,
    });
    const failure = page.getByRole('region', { name: 'The service did not stay up' });
    await expect(failure).toContainText('SERVICE_NOT_STABLE');
    await expect(failure).toContainText('cannot bind to port 2525');
    await page.goto(`${fleet.world.url}/services?state=failed`);
    const row = page.locator('[role=row][data-index]').filter({ hasText: 'mailer.service' });
    await expect(row.filter({ hasText: 'shop-1.example.net' })).toContainText('Failed');
    await row.getByRole('link', { name: 'mailer.service' }).first().click();
    await expect(page.locator('.restarts li').first()).toContainText('Failed');
  });

  test('that this login may not restart say so before, with the line that is missing', async ({ page }) => {
    await page.goto(`${fleet.world.url}/connections/${fleet.id(0)}/services/shop-cache.service`);
    const needs = page.getByRole('region', { name: 'What it needs on the host' });
    await expect(needs).toContainText('Missing', { timeout: 20_000 });
    const line = 'lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl restart -- shop-cache.service';
    await expect(needs.getByText(line)).toBeVisible();
    await expect(needs.getByText('visudo -f /etc/sudoers.d/lockstep')).toBeVisible();
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText('May not restart it')).toBeVisible({ timeout: 20_000 });
    await dialog.getByRole('button', { name: 'Try it anyway' }).click();
    await runningButton(page).or(page.locator('.restarts li a')).first().click();
    await page.getByRole('link', { name: 'See what it needs' }).click({ timeout: 20_000 });
    await expect(needs).toContainText('Missing', { timeout: 20_000 });
  });

  test('are restarted on several hosts, and a failure stops the rest', async ({ page }) => {
    test.setTimeout(120_000);
    for (const { id } of fleet.connections)
      await fleet.world.api.call('GET', `/connections/${id}/services?refresh=true`);
    await page.goto(`${fleet.world.url}/connections`);
    for (const name of ['shop-1', 'shop-2', 'shop-3'])
      await page.getByRole('checkbox', { name: `Select ${name}.example.net` }).check();
    await page.getByRole('button', { name: 'Restart a service …' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText('3 chosen hosts')).toBeVisible();
    await dialog.getByLabel('Service').fill('shop');
    await dialog.getByRole('button', { name: /^shop\.service/ }).click();
    await expect(dialog.getByText('3 hosts, in this order')).toBeVisible();
    await dialog.getByRole('button', { name: 'Restart on 3 hosts' }).click();

    await expect(page).toHaveURL(/\/rolling-restarts\/[\da-f-]{36}$/);
    await expect(page.getByText('Running', { exact: true }).first()).toBeVisible();
    await page.reload();
    const badge = page.locator('lockstep-page-header lockstep-status-badge');
    await expect(badge).toHaveText('Stopped after failures', { timeout: 60_000 });
    const cells = page.locator('lockstep-rolling-grid a');
    await expect(cells).toHaveText([/shop-1.*Completed/, /shop-2.*Failed.*shop\.service/, /shop-3.*Not begun/]);
    await expect(page.getByRole('img', { name: 'Completed: 1, Failed: 1, Not begun: 1' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Begin no further host' })).toHaveCount(0);

    await cells.first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('region', { name: 'The service did not stay up' })).toBeVisible();
    await page.getByRole('link', { name: 'part of a rolling restart' }).click();
    await expect(badge).toHaveText('Stopped after failures');
    await page.goto(`${fleet.world.url}/services`);
    await expect(page.getByRole('region', { name: 'Recent rolling restarts' })).toContainText('1 of 3 hosts');
  });

  test('go on to the host that runs when someone ends a rolling restart, live', async ({ page }) => {
    const { api, url } = fleet.world;
    const connectionIds = [fleet.id(0), fleet.id(2)];
    const { id } = await api.call<RollingRestart>('POST', '/rolling-restarts', {
      service: 'ledger.service',
      connectionIds,
    });
    await page.goto(`${url}/rolling-restarts/${id}`);
    const cells = page.locator('lockstep-rolling-grid a');
    await expect(cells.last()).toContainText('Waiting');
    await page.getByRole('button', { name: 'Begin no further host' }).click();
    await expect(cells.last()).toContainText('Not begun');
    await expect(page.locator('lockstep-page-header lockstep-status-badge')).toHaveText('Cancelled', {
      timeout: 30_000,
    });
    await expect(cells.first()).toContainText('Completed');
  });
});

const runningButton = (page: Page) => page.getByRole('button', { name: /^.*Open the running restart/ });
