import { whyNoSystemdHosts } from '@lockstep/server-testing';
import type { RollingRestart, StartAnswer } from '@lockstep/contract';
import type { Page } from '@playwright/test';
import { findings, hasLoaded, picture } from './support/looks.js';
import { ServiceFleet } from './support/service-fleet.js';
import { expect, signIn, test } from './support/test.js';

const reason = await whyNoSystemdHosts();
const widths = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

test.describe('the pages of services', () => {
  test.skip(reason !== undefined, `left out: ${reason}`);
  let fleet: ServiceFleet;
  let pages: Record<string, string>;

  test.beforeAll(async () => {
    test.setTimeout(180_000);
    fleet = await ServiceFleet.start();
    pages = await fill(fleet);
  });

  test.afterAll(async () => {
    await fleet.stop();
  });

  for (const scheme of ['light', 'dark'] as const) {
    for (const [width, viewport] of Object.entries(widths)) {
      test(`have no fault that axe finds, and fit the screen: ${scheme} and ${width}`, async ({ page }) => {
        test.setTimeout(180_000);
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await signIn(page, fleet.world.url, fleet.world.administrator);
        const found: string[] = [];
        const look = async (name: string): Promise<void> => {
          found.push(...(await findings(page, name)));
          await picture(page, `${name}-${scheme}-${width}`);
        };
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(`${fleet.world.url}${path}`);
          await settled(page);
          await look(name);
        }
        await lookAtDialogs(page, fleet, look);
        expect(found).toEqual([]);
      });
    }
  }
});

/** Services that were seen, a restart that failed, a rolling restart that was stopped by a failure. */
async function fill(fleet: ServiceFleet): Promise<Record<string, string>> {
  const { api } = fleet.world;
  const [first, second] = [fleet.id(0), fleet.id(1)];
  for (const { id } of fleet.connections) await api.call('GET', `/connections/${id}/services?refresh=true`);
  const pinned = { services: ['shop.service', 'ledger.service', 'mailer.service'] };
  for (const { id } of fleet.connections) await api.call('PUT', `/connections/${id}/pinned-services`, pinned);
  const fresh = await api.createConnection({ name: 'spare.example.net', port: 1, tags: ['shop'] });
  // With a key approved in advance; before that the card is not shown.
  const hostKeyFingerprint = `SHA256:${'A'.repeat(43)}`;
  const unread = await api.createConnection({ name: 'attic.example.net', port: 1, hostKeyFingerprint });
  const custom = await api.createConnection({ name: 'appliance.example.net', port: 1, platform: 'custom' } as never);
  const restart = (id: number, service: string) =>
    api.call<StartAnswer>('POST', `/connections/${id}/restart-service`, { service });
  const completed = await restart(first, 'shop.service');
  const failed = await restart(first, 'mailer.service');
  for (const { operationId } of [completed, failed])
    await api.operationOnce(operationId, ({ completedAt }) => completedAt !== null, 40_000);
  const rolling = await api.call<RollingRestart>('POST', '/rolling-restarts', {
    service: 'shop.service',
    tag: 'shop',
    atOnce: 1,
  });
  await rolled(fleet, rolling.id);
  return {
    'services-card': `/connections/${first}`,
    'services-card-never': `/connections/${unread.id}`,
    'services-of-host': `/connections/${first}/services`,
    'services-of-host-no-match': `/connections/${first}/services?search=nothing-like-it`,
    'services-of-host-not-read': `/connections/${fresh.id}/services`,
    service: `/connections/${first}/services/shop.service`,
    'service-not-privileged': `/connections/${first}/services/shop-cache.service`,
    'service-settings': `/connections/${first}/service-settings`,
    'service-settings-custom': `/connections/${custom.id}/service-settings`,
    services: '/services',
    'services-pinned': '/services?pinned=true',
    'services-no-match': '/services?search=nothing-like-it',
    'rolling-restart': `/rolling-restarts/${rolling.id}`,
    'operation-restart-completed': `/operations/${completed.operationId}`,
    'operation-restart-failed': `/operations/${failed.operationId}`,
    'operation-of-rolling': `/operations/${(await newestOn(fleet, second)) ?? ''}`,
  };
}

async function rolled(fleet: ServiceFleet, id: string): Promise<void> {
  await expect
    .poll(async () => (await fleet.world.api.call<RollingRestart>('GET', `/rolling-restarts/${id}`)).status, {
      timeout: 60_000,
    })
    .not.toBe('running');
}

async function newestOn(fleet: ServiceFleet, connectionId: number): Promise<string | undefined> {
  return (await fleet.world.api.operationsOf(connectionId))[0]?.id;
}

/** The host has been asked: nothing on the page says that it still is. */
async function settled(page: Page): Promise<void> {
  await hasLoaded(page, 'lockstep-services-card');
  await expect(page.getByText(/asking the host/i)).toHaveCount(0, { timeout: 20_000 });
  await expect(page.getByRole('button', { name: 'Asking …' })).toHaveCount(0, { timeout: 20_000 });
}

async function lookAtDialogs(
  page: Page,
  { world, connections }: ServiceFleet,
  look: (name: string) => Promise<void>,
): Promise<void> {
  const [first] = connections;
  const dialog = page.getByRole('dialog');
  // From its row, on a phone too.
  await page.goto(`${world.url}/connections/${first?.id}/services`);
  await settled(page);
  await page.getByRole('button', { name: 'Restart shop.service', exact: true }).click();
  await expect(dialog.getByText('Stops with it')).toBeVisible({ timeout: 20_000 });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  for (const service of ['shop.service', 'shop-cache.service']) {
    await page.goto(`${world.url}/connections/${first?.id}/services/${service}`);
    await settled(page);
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await expect(dialog.getByText('Stops with it')).toBeVisible({ timeout: 20_000 });
    await look(`restart-dialog-${service === 'shop.service' ? 'plain' : 'not-privileged'}`);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  }
  await page.goto(`${world.url}/services`);
  await page.getByRole('button', { name: 'Rolling restart …' }).click();
  await dialog.getByLabel('Hosts with the tag').selectOption('shop');
  await dialog.getByRole('button', { name: /^shop\.service/ }).click();
  await expect(dialog.getByRole('button', { name: 'Restart on 3 hosts' })).toBeEnabled();
  await look('rolling-dialog');
}
