import { generateSshKey } from '@lockstep/server-testing';
import type { Page } from '@playwright/test';
import { expect, test } from './support/test.js';
import { World } from './support/world.js';

const canary = 'canary-Zq7-never-to-be-seen-again';

test.describe('secrets in the browser', () => {
  let world: World;

  test.beforeAll(async () => {
    world = await World.start();
  });

  test.afterAll(async () => {
    await world.stop();
  });

  test('are in no storage, no address, no page and no answer after they were sent', async ({ page }) => {
    const received: string[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/api/'))
        void response.text().then(
          (text) => received.push(text),
          () => undefined,
        );
    });
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => received.push(String(payload))));
    const session = accessTokenOf(page);
    await page.goto(`${world.url}/sign-in`);
    await page.getByLabel('User name').fill(world.administrator.username);
    await page.getByLabel('Password').fill(world.administrator.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    const accessToken = await session;
    await page.getByRole('heading', { name: 'Overview' }).waitFor();

    await page.goto(`${world.url}/connections/new`);
    await page.getByLabel('Paste how you reach it').fill('ssh deploy@127.0.0.1 -p 1');
    await page.getByLabel('Name', { exact: true }).fill('by password');
    await page.getByRole('button', { name: 'Password' }).click();
    await page.getByLabel('Password', { exact: true }).last().fill(canary);
    await page.getByRole('button', { name: 'Add connection' }).click();
    await page.getByRole('heading', { name: 'by password', level: 1 }).waitFor();

    const key = await generateSshKey({ passphrase: canary });
    await page.goto(`${world.url}/connections/new`);
    await page.getByLabel('Paste how you reach it').fill('ssh deploy@127.0.0.1 -p 1');
    await page.getByLabel('Name', { exact: true }).fill('by key');
    await page.getByRole('textbox', { name: 'Private key' }).fill(key.privateKey);
    await page.getByLabel('Passphrase').fill(canary);
    await page.getByRole('button', { name: 'Add connection' }).click();
    await page.getByRole('heading', { name: 'by key', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Test SSH' }).click();
    await page.getByRole('link', { name: 'Steps and log' }).click();
    await page.getByRole('log').waitFor();

    const keyLine = key.privateKey.split('\n')[2] ?? '';
    const secrets = [canary, keyLine, world.administrator.password];
    const kept = await everythingKept(page);
    for (const secret of [...secrets, accessToken]) expect(kept).not.toContain(secret);
    for (const secret of secrets) expect(received.join('\n')).not.toContain(secret);
    expect(received.length).toBeGreaterThan(10);
    expect(kept, 'nothing that looks like a signed token').not.toMatch(/eyJ[\w-]{10,}\.[\w-]{10,}\./);
    const readable = await page.evaluate(() => document.cookie);
    expect(readable, 'no cookie is for scripts').toBe('');
    for (const cookie of await page.context().cookies())
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  });
});

/** Read on its way to the browser, which does not keep the bodies of answers for long. */
function accessTokenOf(page: Page): Promise<string> {
  return new Promise((resolve) => {
    void page.route('**/api/auth/login', async (route) => {
      const response = await route.fetch();
      resolve(((await response.json()) as { accessToken: string }).accessToken);
      await route.fulfill({ response });
    });
  });
}

/** Storage of all kinds, addresses gone through, and the page as it stands. */
async function everythingKept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const cached = await caches.keys();
    return JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      databases,
      cached,
      window.location.href,
      window.history.state,
      window.name,
      document.documentElement.outerHTML,
      performance.getEntriesByType('resource').map(({ name }) => name),
    ]);
  });
}
