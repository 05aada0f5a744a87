import type { Page } from '@playwright/test';
import { type Fleet, startFleet } from './support/fleet.js';
import { findings } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';

test.describe('for everyone', () => {
  let fleet: Fleet;

  test.beforeAll(async () => {
    fleet = await startFleet();
  });

  test.afterAll(async () => {
    await fleet.stop();
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on any page in the ${scheme} theme`, async ({ page }) => {
      test.setTimeout(240_000);
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      const { url, administrator } = fleet.world;
      const found: string[] = [];
      // Of all rules only that of contrast depends on the theme.
      const look = (name: string) => findings(page, name, scheme === 'dark' ? ['color-contrast'] : undefined);
      await page.goto(`${url}/sign-in`);
      found.push(...(await look('sign-in')));
      await page.goto(`${url}/setup`);
      found.push(...(await look('setup')));
      await signIn(page, url, administrator);
      for (const [name, path] of Object.entries(fleet.pages)) {
        await page.goto(`${url}${path}`);
        found.push(...(await look(name)));
      }
      await page.goto(`${url}/connections`);
      await page.getByRole('button', { name: /\d failed/ }).click();
      found.push(...(await look('tray')));
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Your menu' }).click();
      found.push(...(await look('user menu')));
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await page.getByRole('option').first().waitFor();
      found.push(...(await look('palette')));
      await page.keyboard.press('Escape');
      await page.goto(`${url}/settings/users`);
      await page.getByRole('button', { name: 'Add user' }).click();
      found.push(...(await look('user dialog')));
      expect(found).toEqual([]);
    });
  }

  test('axe finds nothing on a narrow screen', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await signIn(page, fleet.world.url, fleet.world.administrator);
    const found: string[] = [];
    for (const name of ['overview', 'connections', 'connection', 'operations', 'operation-failed', 'users', 'audit']) {
      await page.goto(`${fleet.world.url}${fleet.pages[name]}`);
      found.push(...(await findings(page, name)));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) found.push(`${name}: the page is ${overflow} px wider than the screen`);
    }
    expect(found).toEqual([]);
  });

  test('the way from the sign-in page to a tested host needs no mouse', async ({ page }) => {
    await page.goto(`${fleet.world.url}/sign-in`);
    await page.getByLabel('User name').waitFor();
    await tabTo(page, 'User name');
    await page.keyboard.type(fleet.world.administrator.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(fleet.world.administrator.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused();
    await tabTo(page, 'Connections');
    await page.keyboard.press('Enter');
    await page.locator('[data-index="0"]').waitFor();
    for (let count = 0; count < 20; count++) {
      await page.keyboard.press('j');
      if ((await focusedName(page)).includes('web-1.example.net')) break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'web-1.example.net', level: 1 }).waitFor();
    const { length } = await page.locator('.operations li').all();
    await tabTo(page, 'Test SSH');
    await page.keyboard.press('Enter');
    await expect(page.locator('.operations li')).toHaveCount(length + 1);
    await expect(page.locator('.operations li').first()).toContainText('Completed');
    const said = page.locator('[aria-live]').filter({ hasText: 'SSH test web-1.example.net: Completed' });
    await expect(said, 'the end is announced').toHaveCount(1);
  });
});

const focusedName = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const focused = document.activeElement as HTMLInputElement | null;
    if (focused === document.body || focused?.matches('main')) return '';
    return `${focused?.getAttribute('aria-label') ?? ''} ${focused?.labels?.[0]?.textContent ?? focused?.textContent ?? ''}`;
  });

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if ((await focusedName(page)).includes(name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`The Tab key does not lead to "${name}".`);
}
