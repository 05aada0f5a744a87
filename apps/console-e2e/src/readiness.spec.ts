import type { Connection } from '@lockstep/contract';
import { type TlsHost, startTlsHost, tlsSite, whyNoSystemdHosts } from '@lockstep/server-testing';
import { findings, picture } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

const reason = await whyNoSystemdHosts();
const broken = '/etc/nginx/conf.d/broken.conf';

test.describe('whether a renewal would get through, asked from the console', () => {
  test.skip(reason !== undefined, `left out: ${reason}`);
  let world: World;
  let place: TlsHost;

  test.beforeAll(async () => {
    test.setTimeout(180_000);
    [world, place] = await Promise.all([World.start(), startTlsHost()]);
    await world.api.call<Connection>('POST', '/connections', {
      name: 'web-1.example.net',
      host: '127.0.0.1',
      port: place.host.port,
      username: place.host.username,
      credential: { kind: 'private_key', privateKey: place.host.user.privateKey },
      hostKeyFingerprint: place.host.hostKeyFingerprint,
      tags: ['web'],
    });
  });

  test.afterAll(async () => {
    await Promise.all([world.stop(), place.host.stop()]);
  });

  test('at the end of the form, and again when something stands in the way', async ({ page }) => {
    test.setTimeout(120_000);
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/certificates/new?host=127.0.0.1&port=${place.port}&serverName=${tlsSite.name}`);
    await page.getByLabel('Names in it').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel('Certificate file').fill(tlsSite.certificatePath);
    await page.getByLabel('Key file').fill(tlsSite.keyPath);
    await page.getByLabel('Service').fill('nginx.service');
    await page.getByLabel('Test of the configuration').fill('sudo -n nginx -t');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Save and check readiness' }).click();
    const card = page.getByRole('region', { name: 'Would a renewal get through?' });
    await expect(card.getByText('10 of 10 fine')).toBeVisible({ timeout: 30_000 });
    await expect(card.getByText('Ready', { exact: true })).toBeVisible();
    expect(await findings(page, 'certificate-ready')).toEqual([]);
    await picture(page, 'certificate-ready-light-wide');

    await place.host.execute(
      `echo "nonsense;" >${broken} && mv /etc/nginx/tls /etc/nginx/gone && mkdir /etc/nginx/tls`,
    );
    await page.getByRole('button', { name: 'Check readiness' }).click();
    await expect(card.getByText('Not ready')).toBeVisible({ timeout: 30_000 });
    await expect(card.getByText(/This login may not write there/)).toBeVisible();
    await expect(card.getByText(/unknown directive/)).toBeVisible();
    await picture(page, 'certificate-not-ready-light-wide');

    await card.getByRole('link', { name: 'web-1.example.net' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Readiness check · web-1.example.net');
    await expect(page.getByText('NOT_READY')).toBeVisible();
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      expect(await findings(page, `operation-not-ready-${scheme}`)).toEqual([]);
      await picture(page, `operation-not-ready-${scheme}-wide`);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(page, 'operation-not-ready-dark-narrow');

    await place.host.execute(`rm ${broken} && rmdir /etc/nginx/tls && mv /etc/nginx/gone /etc/nginx/tls`);
    await page.getByRole('link', { name: /the certificate$/ }).click();
    await page.getByRole('button', { name: 'Check readiness' }).click();
    await expect(card.getByText('10 of 10 fine')).toBeVisible({ timeout: 30_000 });
    await picture(page, 'certificate-ready-dark-narrow');
  });
});
