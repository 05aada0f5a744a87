import type { Certificate, Connection, Issuer } from '@lockstep/contract';
import {
  type Pebble,
  TlsProbe,
  startPebble,
  startTlsHost,
  tlsSite,
  whyNoPebble,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { findings, picture } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

const reason = await whyNoPebble();
const secret = 'c2VjcmV0LW9mLXRoZS16b25l';

test.describe('issuers by ACME, in the console', () => {
  test.skip(reason !== undefined, `left out: ${reason}`);
  let world: World;
  let pebble: Pebble;

  test.beforeAll(async () => {
    test.setTimeout(120_000);
    [world, pebble] = await Promise.all([World.start(), startPebble()]);
  });

  test.afterAll(async () => {
    await Promise.all([world.stop(), pebble.stop()]);
  });

  test('one is made for an authority of one’s own, and changed; its secret is never shown again', async ({
    page,
    complaints,
  }) => {
    test.setTimeout(90_000);
    complaints.expect(/status of 4\d\d/);
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/settings/issuers/new`);
    await page.getByRole('button', { name: 'Add issuer' }).click();
    await expect(page.getByLabel('Directory', { exact: true })).toBeFocused();
    await expect(page.getByText('Without it the authority opens no account.')).toBeVisible();

    await page.getByLabel('Directory', { exact: true }).fill(pebble.directoryUrl);
    await page.getByLabel('E-mail').fill('ops@example.net');
    await page.getByLabel('I agree to the terms of service').check();
    await page.getByText('Own roots and preferred chain').click();
    await page.getByLabel('Trusted roots').fill('-----BEGIN CERTIFICATE-----\nnonsense');
    await page.getByRole('button', { name: 'DNS record' }).click();
    await page.getByLabel('DNS server').fill('127.0.0.1');
    await page.getByLabel('Name of the key').fill('lockstep-key');
    await page.getByLabel('Secret of the key').fill(secret);
    await page.getByLabel('Name', { exact: true }).fill('Pebble');
    await page.getByRole('button', { name: 'Add issuer' }).click();
    const roots = page.locator('lockstep-field').filter({ hasText: 'Trusted roots' });
    await expect(roots.locator('.error'), 'the server’s word stands beside its field').toBeVisible();
    await page.getByLabel('Trusted roots').fill(pebble.tls.certificate);
    await page.getByRole('button', { name: 'Add issuer' }).click();

    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Pebble');
    await expect(page.getByText('none yet; the first renewal opens it')).toBeVisible();
    await expect(page.getByText('DNS-01, by updates of 127.0.0.1')).toBeVisible();
    expect(await findings(page, 'issuer-acme')).toEqual([]);
    await picture(page, 'issuer-acme-light-wide');

    await page.getByRole('link', { name: 'Edit' }).click();
    await expect(page.getByText('It is never shown again.')).toBeVisible();
    await expect(page.getByLabel('Secret of the key', { exact: true })).toHaveCount(0);
    await picture(page, 'issuer-acme-edit-light-wide');
    await page.getByLabel('E-mail').fill('other@example.net');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByText('other@example.net')).toBeVisible();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Answered by Lockstep' }).click();
    await expect(page.getByText('proxy_pass')).toBeVisible();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByText('HTTP-01, answered by Lockstep')).toBeVisible();
    const { items } = await world.api.call<{ items: Issuer[] }>('GET', '/issuers');
    const made = items.find(({ name }) => name === 'Pebble');
    expect(made?.acme).toMatchObject({ directoryUrl: pebble.directoryUrl, email: 'other@example.net' });
    expect(JSON.stringify(items)).not.toContain(secret);
  });

  test('the form of a certificate says which names an issuer will not sign', async ({ page }) => {
    await world.api.call('POST', '/issuers', {
      name: 'Public',
      kind: 'acme',
      acme: {
        directoryUrl: 'https://acme-staging-v02.api.letsencrypt.org/directory',
        email: 'ops@example.net',
        challenge: { kind: 'http-01', answeredBy: 'lockstep' },
      },
    });
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/certificates/new`);
    await page.getByRole('button', { name: 'It serves nothing yet' }).click();
    await page.getByLabel('Issuer').selectOption({ label: 'Public · Let’s Encrypt staging' });
    await page.getByLabel('Names in it').fill('shop.example.net');
    const notice = page.getByRole('status').filter({ hasText: 'issuer' });
    await expect(notice).toHaveCount(0);
    await page.getByLabel('Names in it').fill('*.example.net');
    await expect(page.getByText('is proved by DNS alone: choose an issuer with DNS-01.')).toBeVisible();
    await page.getByLabel('Names in it').fill('nas.lan');
    await expect(page.getByText('Choose the internal authority.')).toBeVisible();
    await picture(page, 'certificate-form-advice-light-wide');
  });

  test('a certificate is checked and renewed with one, and its new leaf is served', async ({ page }) => {
    const noHosts = await whyNoSystemdHosts();
    test.skip(noHosts !== undefined, `left out: ${noHosts}`);
    test.setTimeout(180_000);
    const [place, staging] = await Promise.all([startTlsHost(), startPebble()]);
    try {
      const ports = [pebble.httpPort, staging.httpPort].map((port) => `listen 127.0.0.1:${port};`).join(' ');
      await place.host.execute(
        `mkdir -p /srv/acme && chown lockstep: /srv/acme && echo 'server { ${ports} root /srv/acme; }' \
           >/etc/nginx/conf.d/acme.conf && systemctl reload nginx`,
      );
      const { id: connectionId } = await world.api.call<Connection>('POST', '/connections', {
        name: 'web-1.example.net',
        host: '127.0.0.1',
        port: place.host.port,
        username: place.host.username,
        credential: { kind: 'private_key', privateKey: place.host.user.privateKey },
        hostKeyFingerprint: place.host.hostKeyFingerprint,
      });
      await signIn(page, world.url, world.administrator);
      await page.goto(`${world.url}/settings/issuers/new`);
      await page.getByLabel('Directory', { exact: true }).fill(pebble.directoryUrl);
      await page.getByLabel('E-mail').fill('ops@example.net');
      await page.getByLabel('I agree to the terms of service').check();
      await page.getByText('Own roots and preferred chain').click();
      await page.getByLabel('Trusted roots').fill(pebble.tls.certificate);
      await page.getByLabel('Folder').fill('/srv/acme');
      await page.getByLabel('Name', { exact: true }).fill('Pebble by file');
      await page.getByRole('button', { name: 'Add issuer' }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Pebble by file');
      const issuerPage = page.url();
      const { id } = await world.api.call<Certificate>('POST', '/certificates', {
        name: 'shop',
        domains: [tlsSite.name],
        issuerId: Number(issuerPage.split('/').at(-1)),
        targets: [
          {
            connectionId,
            certificatePath: tlsSite.certificatePath,
            keyPath: tlsSite.keyPath,
            reload: { service: 'nginx.service' },
            verify: [{ host: '127.0.0.1', port: place.port, serverName: tlsSite.name }],
          },
        ],
      });
      const old = await TlsProbe.look(place.port);
      await page.goto(`${world.url}/certificates/${id}`);
      await page.getByRole('button', { name: 'Check readiness' }).click();
      const card = page.getByRole('region', { name: 'Would a renewal get through?' });
      await expect(card.getByText('Ready', { exact: true })).toBeVisible({ timeout: 30_000 });
      await expect(card.getByText('Not tried', { exact: true })).toBeVisible();
      await expect(card.getByText(/Not seen from here/)).toBeVisible();
      expect(await findings(page, 'certificate-ready-acme')).toEqual([]);
      await picture(page, 'certificate-ready-acme-light-wide');
      await page.goto(`${issuerPage}/edit`);
      await page.getByLabel('Staging directory').fill(staging.directoryUrl);
      await page.getByLabel('Trusted roots').fill(`${pebble.tls.certificate}${staging.tls.certificate}`);
      await page.getByRole('button', { name: 'Save changes' }).click();
      await expect(page.getByText(staging.directoryUrl)).toBeVisible();
      await page.goto(`${world.url}/certificates/${id}`);
      await page.getByRole('button', { name: 'Check readiness' }).click();
      await expect(card.getByText('10 of 11 fine')).toBeVisible({ timeout: 30_000 });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 390, height: 844 });
      await picture(page, 'certificate-ready-acme-dark-narrow');
      await page.getByRole('button', { name: 'Renew' }).click();
      await expect(page.getByText('Newest version')).toBeVisible({ timeout: 60_000 });
      expect(await TlsProbe.look(place.port)).not.toBe(old);
      await page.goto(issuerPage);
      await expect(page.getByRole('link', { name: '1 certificate' })).toBeVisible();
      await expect(page.getByText(/my-account/)).toBeVisible();
      await picture(page, 'issuer-acme-registered-light-wide');
    } finally {
      await Promise.all([place.host.stop(), staging.stop()]);
    }
  });
});
