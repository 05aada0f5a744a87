import type { Page } from '@playwright/test';
import { type Fleet, startFleet } from './support/fleet.js';
import { picture } from './support/looks.js';
import { signIn, test } from './support/test.js';

const widths = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

/** Pictures of every page, to be looked at by a person; what is checked here is that each has its heading and its width. */
test.describe('screenshots', () => {
  let fleet: Fleet;

  test.beforeAll(async () => {
    fleet = await startFleet();
  });

  test.afterAll(async () => {
    await fleet.stop();
  });

  for (const scheme of ['light', 'dark'] as const) {
    for (const [width, viewport] of Object.entries(widths)) {
      test(`every page, ${scheme} and ${width}`, async ({ page, complaints }) => {
        test.setTimeout(120_000);
        complaints.expect(/ERR_INTERNET_DISCONNECTED/);
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        const { url, administrator } = fleet.world;
        const take = (name: string) => picture(page, `${name}-${scheme}-${width}`);
        for (const name of ['sign-in', 'setup']) {
          await page.goto(`${url}/${name}`);
          await take(name);
        }
        await signIn(page, url, administrator);
        for (const [name, path] of Object.entries(fleet.pages)) {
          await page.goto(`${url}${path}`);
          await take(name);
        }
        await takeRunning(page, fleet, take);
        await takeOverlays(page, fleet, take);
      });
    }
  }
});

async function takeRunning(page: Page, { world, run }: Fleet, take: (name: string) => Promise<void>): Promise<void> {
  const { connectionId, operationId, end } = await run();
  await page.goto(`${world.url}/operations/${operationId}`);
  await page.getByRole('button', { name: '1 running' }).waitFor();
  await take('operation-running');
  await page.goto(`${world.url}/connections/${connectionId}`);
  await page.getByRole('button', { name: 'Open the running test' }).waitFor();
  await take('connection-running');
  await page.getByRole('button', { name: '1 running' }).click();
  await page.getByRole('button', { name: 'Cancel SSH test on backup.example.net' }).waitFor();
  await take('tray-running');
  await page.context().setOffline(true);
  await page.locator('lockstep-link-chip').filter({ hasText: 'Offline' }).waitFor();
  await take('offline');
  await page.context().setOffline(false);
  await end();
}

async function takeOverlays(page: Page, { world }: Fleet, take: (name: string) => Promise<void>): Promise<void> {
  await page.goto(`${world.url}/connections`);
  await page.getByRole('heading', { name: 'Connections' }).waitFor();
  await page.getByRole('checkbox').nth(1).check();
  await take('connections-selected');
  await page.getByRole('button', { name: /\d failed/ }).click();
  await take('tray');
  await page.getByRole('button', { name: 'Close activity' }).click();
  await page.getByRole('button', { name: 'Your menu' }).click();
  await take('user-menu');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('option').first().waitFor();
  await take('palette');
  await page.goto(`${world.url}/settings/users`);
  await page.getByRole('button', { name: 'Add user' }).click();
  await page.getByRole('dialog').waitFor();
  await take('user-dialog');
}
