import type { Connection } from '@lockstep/contract';
import type { Page } from '@playwright/test';
import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

const many = 10_000;

test.describe('the list of connections', () => {
  let world: World;

  test.beforeAll(async () => {
    world = await World.start();
    const host = await world.startHost();
    for (const name of ['alder', 'birch', 'cedar']) await world.connect(host, { name, tags: ['tree'] });
    await world.connect(host, { name: 'dock', tags: ['harbour'] });
  });

  test.afterAll(async () => {
    await world.stop();
  });

  test.beforeEach(async ({ page }) => {
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/connections`);
    await expect(rows(page).first()).toBeVisible();
  });

  test('keeps search, tag and sort in the address, through a refresh too', async ({ page }) => {
    await page.getByRole('searchbox', { name: 'Search connections' }).fill('dar');
    await expect(page).toHaveURL(/search=dar/);
    await expect(names(page)).toHaveText(['cedar']);
    await page.reload();
    await expect(names(page)).toHaveText(['cedar']);
    await expect(page.getByRole('searchbox', { name: 'Search connections' })).toHaveValue('dar');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(names(page)).toHaveText(['alder', 'birch', 'cedar', 'dock']);

    await page.getByRole('button', { name: /^tree/ }).click();
    await expect(page).toHaveURL(/tag=tree/);
    await expect(names(page)).toHaveText(['alder', 'birch', 'cedar']);
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await expect(page).toHaveURL(/sort=-name/);
    await expect(page).toHaveURL(/tag=tree/);
    await expect(names(page)).toHaveText(['cedar', 'birch', 'alder']);
    await page.getByRole('searchbox', { name: 'Search connections' }).fill('no such host');
    await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
  });

  test('asks for its rows once, at most once more when it is live, and not again and again', async ({ page }) => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.reload();
    await expect(names(page)).toHaveCount(4);
    await expect(page.locator('lockstep-link-chip')).toContainText('Live');
    await page.waitForTimeout(1_000);
    expect(asked.filter((path) => path === '/api/connections').length).toBeLessThanOrEqual(2);
  });

  test('goes by keyboard: j and k move, x selects, Enter opens', async ({ page }) => {
    await page.keyboard.press('j');
    await expect(page.getByRole('link', { name: 'alder' })).toBeFocused();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await expect(page.getByRole('link', { name: 'birch' })).toBeFocused();
    await page.keyboard.press('x');
    await expect(page.getByRole('checkbox', { name: 'Select birch' })).toBeChecked();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'birch', level: 1 })).toBeVisible();
  });

  test('tests all that were chosen at once, and shows their state in the rows', async ({ page }) => {
    for (const name of ['alder', 'birch', 'cedar'])
      await page.getByRole('checkbox', { name: `Select ${name}` }).check();
    const bar = page.getByRole('region', { name: 'Selected rows' });
    await expect(bar).toContainText('3 selected');
    await bar.getByRole('button', { name: 'Test SSH' }).click();
    await expect(page.getByText('3 started', { exact: true })).toBeVisible();
    await expect(bar).toHaveCount(0);
    for (const name of ['alder', 'birch', 'cedar'])
      await expect(rows(page).filter({ hasText: name })).toContainText('Reachable');
    await expect(rows(page).filter({ hasText: 'dock' })).not.toContainText('Reachable');
  });

  for (const [screen, width] of Object.entries({ wide: 1440, narrow: 390 })) {
    test(`moves no row when one is chosen, on a ${screen} screen`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      const place = () => rows(page).filter({ hasText: 'birch' }).boundingBox();
      const bar = page.getByRole('region', { name: 'Selected rows' });
      await expect(rows(page)).toHaveCount(4);
      const before = await place();
      await page.getByRole('checkbox', { name: 'Select alder' }).check();
      await expect(bar.getByRole('button', { name: 'Test SSH' })).toBeInViewport({ ratio: 1 });
      expect(await place()).toEqual(before);
      await bar.getByRole('button', { name: 'Clear selection' }).click();
      await expect(bar).toHaveCount(0);
      expect(await place()).toEqual(before);
    });
  }

  test('leaves columns out where there is little room, and folds its rows at last', async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await expect(page.getByRole('columnheader', { name: 'Tags' })).toBeVisible();
    await page.setViewportSize({ width: 1000, height: 900 });
    await expect(page.getByRole('columnheader', { name: 'Tags' })).toHaveCount(0);
    await expect(page.getByRole('columnheader', { name: 'Last test' })).toBeVisible();
    await page.setViewportSize({ width: 768, height: 1024 });
    await expect(page.getByRole('columnheader')).toHaveCount(0);
    await expect(names(page)).toHaveText(['alder', 'birch', 'cedar', 'dock']);
    await page.goto(`${world.url}/certificates`);
    const heading = page.getByRole('heading', { name: 'Certificates' });
    await expect(heading).toBeVisible();
    const oneLine = (await heading.evaluate((element) => parseFloat(getComputedStyle(element).lineHeight))) * 1.5;
    expect((await heading.boundingBox())?.height).toBeLessThan(oneLine);
  });

  test('has words in its rows that can be hovered, and that lead where the row does', async ({ page }) => {
    await page.setViewportSize({ width: 1000, height: 900 });
    await rows(page).first().getByText('@').click();
    await expect(page.getByRole('heading', { name: 'alder' })).toBeVisible();
  });

  test('is led to from the counts of the overview, and filtered by them', async ({ page }) => {
    const closed = await world.api.createConnection({ name: 'fenced', port: 1, tags: ['fence'] });
    const { items } = await world.api.call<{ items: Connection[] }>('GET', '/connections');
    await Promise.all(items.map(({ id }) => world.api.tested(id)));
    await page.goto(world.url);
    const count = page.locator('dl.figures > div').filter({ hasText: 'Test failed' });
    await expect(count).toHaveText('Test failed1');
    await count.getByRole('link').click();
    await expect(page).toHaveURL(/standing=not_reached/);
    await expect(names(page)).toHaveText(['fenced']);
    await expect(page.getByRole('button', { name: 'Test failed' })).toHaveAttribute('aria-pressed', 'true');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(names(page)).toHaveCount(5);
    await world.api.call('DELETE', `/connections/${closed.id}`);
  });

  test('stays quick with ten thousand rows: search, scroll to the end, and back', async ({ page }) => {
    await world.query(
      `INSERT INTO connections (name, host, port, username, platform, tags)
       SELECT 'fleet-' || lpad(i::text, 5, '0'), '10.1.' || i / 250 || '.' || i % 250, 22, 'deploy', 'systemd', '{fleet}'
       FROM generate_series(1, $1::integer) i`,
      [many],
    );
    await page.goto(`${world.url}/connections?tag=fleet`);
    await expect(page.getByText('10,000 rows')).toBeVisible();
    expect(await rows(page).count(), 'only what is in sight is in the page').toBeLessThan(120);

    const begin = performance.now();
    await page.getByRole('searchbox', { name: 'Search connections' }).fill('fleet-07777');
    await expect(names(page)).toHaveText(['fleet-07777']);
    expect(performance.now() - begin, 'milliseconds from typing to the row').toBeLessThan(15_000);
    await page.getByRole('searchbox', { name: 'Search connections' }).fill('');
    await expect(names(page).first()).toHaveText('fleet-00001');

    for (let reached = 0; reached < 2_000;) {
      await page
        .locator('cdk-virtual-scroll-viewport')
        .evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await page.waitForTimeout(50);
      reached = Number(await rows(page).last().getAttribute('data-index'));
    }
    expect(await rows(page).count()).toBeLessThan(120);
    await page.locator('cdk-virtual-scroll-viewport').evaluate((element) => element.scrollTo(0, 0));
    await expect(names(page).first()).toHaveText('fleet-00001');
  });
});

const rows = (page: Page) => page.locator('[role=row][data-index]');
const names = (page: Page) => rows(page).locator('a.title');
