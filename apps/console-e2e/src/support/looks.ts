import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Page, expect } from '@playwright/test';

const workspace = join(import.meta.dirname, '../../../..');

/** Where pictures are put. */
const pictureOf = (name: string): string => join(workspace, 'test-results/screenshots', `${name}.png`);

/** Waits until a page stands still: its heading and its rows are there, and what fades in has its colours. */
async function standsStill(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.locator('[aria-busy=true], .skeleton').first().waitFor({ state: 'detached' });
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(250);
}

/** Waits until nothing that is seen below `place` is being loaded or asked for. What runs on a host may go on. */
export async function hasLoaded(page: Page, place = '.ls-page'): Promise<void> {
  await page.locator('h1').first().waitFor();
  const loading = (below: string): string[] =>
    [...document.querySelectorAll(`${below} lockstep-spinner`)]
      .filter(
        (spinner) =>
          spinner.checkVisibility() &&
          !spinner.closest('lockstep-operation-button, lockstep-status-badge, lockstep-step-list'),
      )
      .map(({ parentElement }) => parentElement?.textContent?.trim() ?? '');
  const message = `what ${page.url()} still loads`;
  await expect.poll(() => page.evaluate(loading, place), { message, timeout: 30_000 }).toEqual([]);
}

/** What axe finds on the page, one line each. `rules`: only these. */
export async function findings(page: Page, name: string, rules?: string[]): Promise<string[]> {
  await standsStill(page);
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${name}: ${id} (${help}) at ${target.join(' ')} – ${failureSummary ?? ''}`,
    ),
  );
}

/** A picture to be looked at by a person; that the page is not wider than the screen is checked. */
export async function picture(page: Page, name: string): Promise<void> {
  await standsStill(page);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, `${name} is not wider than the screen`).toBeLessThanOrEqual(0);
  await page.screenshot({ path: pictureOf(name), animations: 'disabled' });
}
