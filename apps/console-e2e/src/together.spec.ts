import type { Page } from '@playwright/test';
import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

test.describe('several people and tabs', () => {
  let world: World;

  test.beforeAll(async () => {
    world = await World.start();
  });

  test.afterAll(async () => {
    await world.stop();
  });

  test('join one operation, and see the same of it; who has no grant sees nothing', async ({ page, another }) => {
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'shared', tags: ['web'] });
    const operator = await world.api.createUser('olga', 'operator', ['web']);
    const stranger = await world.api.createUser('simon', 'operator', ['other']);
    await signIn(page, world.url, world.administrator);
    const second = await page.context().newPage();
    const [operatorPage, strangerPage] = await Promise.all([
      another(world.url, operator),
      another(world.url, stranger),
    ]);
    const pages = [page, second, operatorPage];
    await Promise.all(pages.map((each) => each.goto(`${world.url}/connections/${id}`)));
    await host.hold('command');

    const buttons = pages.map((each) => each.getByRole('button', { name: 'Test SSH' }));
    // Held by handle and clicked inside the pages: by the time of a second real click, the button is another already.
    const handles = await Promise.all(buttons.map((button) => button.elementHandle()));
    await Promise.all(
      handles.map((handle) => handle?.evaluate((button: HTMLElement) => (button.click(), button.click()))),
    );
    for (const each of pages) await expect(runningButton(each)).toContainText('Look around');
    const running = (await world.api.operationsOf(id)).filter(({ completedAt }) => completedAt === null);
    expect(running).toHaveLength(1);
    expect(await world.api.operationsOf(id), 'the approval and this one').toHaveLength(2);

    for (const each of pages) await expect(each.getByRole('button', { name: '1 running' })).toBeVisible();
    for (const each of pages) await expect(each).toHaveTitle(/^\(1\) shared/);
    await expect(strangerPage.getByRole('button', { name: 'Activity' })).toBeVisible();
    await strangerPage.goto(`${world.url}/connections`);
    await expect(strangerPage.getByText('None has been granted to you.')).toBeVisible();

    await host.release('command');
    for (const each of pages) await expect(each.getByText('Reachable')).toBeVisible();
    for (const each of pages) await expect(each.locator('lockstep-step-list li.completed')).toHaveCount(6);
    for (const each of pages) await expect(each).toHaveTitle(/^shared/);
  });

  test('a link whose page was not loaded yet says so while offline, and leads there afterwards', async ({
    page,
    complaints,
  }) => {
    complaints.expect(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|dynamically imported module|WebSocket/);
    await signIn(page, world.url, world.administrator);
    const chip = page.locator('lockstep-link-chip');
    await expect(chip).toContainText('Live');
    await page.context().setOffline(true);
    await expect(chip).toContainText('Offline');
    await page.getByRole('link', { name: 'Schedules' }).click();
    await expect(page.getByText('Lockstep cannot be reached, and this was not loaded yet.')).toBeVisible();
    await page.context().setOffline(false);
    await expect(chip).toContainText('Live');
    await page.getByRole('link', { name: 'Schedules' }).click();
    await expect(page.getByRole('heading', { name: 'Schedules', level: 1 })).toBeVisible();

    // As after an update: the file of that name is not there any more.
    await page.route('**/*.js', (route) => route.abort(), { times: 1 });
    await page.getByRole('link', { name: 'Services' }).click();
    await expect(page.getByRole('heading', { name: 'Services', level: 1 })).toBeVisible();
  });

  test('who may not see a connection is told that it does not exist, by its address too', async ({
    another,
    complaints,
  }) => {
    complaints.expect(/status of 404/);
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'hidden', tags: ['secret'] });
    const { operationId } = await world.api.test(id);
    const page = await another(world.url, await world.api.createUser('sally', 'viewer', ['nothing']));
    for (const path of [`/connections/${id}`, `/operations/${operationId}`]) {
      await page.goto(`${world.url}${path}`);
      await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
      await expect(page.getByText('hidden')).toHaveCount(0);
    }
  });

  test('a tab that was offline says so, and then shows what happened meanwhile', async ({
    page,
    another,
    complaints,
  }) => {
    complaints.expect(/ERR_INTERNET_DISCONNECTED/);
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'tidal', tags: ['web'] });
    await signIn(page, world.url, world.administrator);
    const there = await another(world.url, await world.api.createUser('otto', 'operator', ['web']));
    await Promise.all([page, there].map((each) => each.goto(`${world.url}/connections/${id}`)));
    await host.hold('command', 'sftp');
    await there.getByRole('button', { name: 'Test SSH' }).click();
    await expect(runningButton(page)).toContainText('Look around');

    await page.context().setOffline(true);
    await expect(page.locator('lockstep-link-chip')).toContainText(/Offline since \d\d:\d\d, retrying/);
    await host.release('command');
    await expect(runningButton(there)).toContainText('SFTP');
    await expect(runningButton(page), 'what it shows is old, and marked so').toContainText('Look around');
    await page.context().setOffline(false);
    await expect(page.locator('lockstep-link-chip')).toContainText('Live', { timeout: 20_000 });
    await expect(runningButton(page)).toContainText('SFTP');

    await page.context().setOffline(true);
    await host.release('sftp');
    await expect(there.getByText('Reachable')).toBeVisible();
    await page.context().setOffline(false);
    await expect(page.getByText('Reachable')).toBeVisible({ timeout: 20_000 });
    await expect(page.locator('lockstep-step-list li.completed')).toHaveCount(6);
    const [newest] = await world.api.operationsOf(id);
    await expect(page.locator('.operations li').first()).toContainText('Completed');
    await expect(page.locator('.operations a').first()).toHaveAttribute('href', `/operations/${newest?.id}`);
    await expect(page.locator('.operations li')).toHaveCount(2);
  });

  test('lists show what began and ended while a tab was offline', async ({ page, complaints }) => {
    complaints.expect(/ERR_INTERNET_DISCONNECTED/);
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'unheard', tags: ['web'] });
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/connections?search=unheard`);
    await expect(page.locator('lockstep-link-chip')).toContainText('Live');
    const row = page.locator('[data-index="0"]');
    await expect(row).not.toContainText('Reachable');

    await page.context().setOffline(true);
    await expect(page.locator('lockstep-link-chip')).toContainText('Offline');
    await world.api.tested(id);
    await page.context().setOffline(false);
    await expect(row).toContainText('Reachable', { timeout: 20_000 });
  });

  test('an operation that ends between what a page reads and the moment it is live is not shown as running', async ({
    page,
  }) => {
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'crossing', tags: ['web'] });
    await signIn(page, world.url, world.administrator);
    await host.hold('command');
    const ended = world.api.tested(id);
    await expect.poll(async () => (await world.api.operationsOf(id))[0]?.status).toBe('in_progress');
    // The socket opens only once the list has been read and the operation has ended.
    await page.routeWebSocket(/socket/, async (socket) => {
      await ended;
      socket.connectToServer();
    });
    await page.goto(`${world.url}/operations?connectionId=${id}`);
    const row = page.locator('[data-index="0"]');
    await expect(row).toContainText('Running');
    await host.release('command');
    await expect(row).toContainText('Completed');
  });

  test('a server that went away and came back is found again by itself', async ({ page, complaints }) => {
    complaints.expect(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|status of 50\d/);
    await signIn(page, world.url, world.administrator);
    await world.lockstep.kill9();
    await expect(page.locator('lockstep-link-chip')).toContainText('Offline since');
    await world.lockstep.start();
    await expect(page.locator('lockstep-link-chip')).toContainText('Live', { timeout: 30_000 });
  });
});

const runningButton = (page: Page) => page.getByRole('button', { name: 'Open the running test' });
