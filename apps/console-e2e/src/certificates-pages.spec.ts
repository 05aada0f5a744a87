import type { Page } from '@playwright/test';
import { CertificateFleet } from './support/certificate-fleet.js';
import { type CertificatePlaces, prepareCertificatePlaces } from './support/certificate-places.js';
import { findings, hasLoaded, picture } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';

const widths = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

test.describe('the pages of certificates', () => {
  let fleet: CertificateFleet;
  let places: CertificatePlaces;

  test.beforeAll(async () => {
    test.setTimeout(120_000);
    fleet = await CertificateFleet.start();
    places = await prepareCertificatePlaces(fleet);
  });

  test.afterAll(async () => {
    await Promise.all([places.stop(), fleet.stop()]);
  });

  for (const scheme of ['light', 'dark'] as const) {
    for (const [width, viewport] of Object.entries(widths)) {
      test(`have no fault that axe finds, and fit the screen: ${scheme} and ${width}`, async ({ page, complaints }) => {
        test.setTimeout(240_000);
        complaints.expect(/status of 404/);
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await signIn(page, fleet.world.url, fleet.world.administrator);
        const found: string[] = [];
        const look = async (name: string): Promise<void> => {
          await hasLoaded(page);
          found.push(...(await findings(page, name)));
          await picture(page, `${name}-${scheme}-${width}`);
        };
        for (const [name, path] of Object.entries({ ...pagesOf(fleet), ...places.pages })) {
          await page.goto(`${fleet.world.url}${path}`);
          await look(name);
        }
        await page.goto(`${fleet.world.url}${places.pages['operation-other-hosts'] ?? ''}`);
        await page.getByRole('region', { name: 'Other hosts' }).getByRole('listitem').first().scrollIntoViewIfNeeded();
        await look('other-hosts');
        await lookAtSteps(page, fleet, look);
        await lookAtScan(page, fleet, look);
        expect(found).toEqual([]);
      });
    }
  }
});

function pagesOf({ certificates, connection, tls }: CertificateFleet): Record<string, string> {
  const place = `host=127.0.0.1&port=${String(tls.port)}&serverName=shop.example.net`;
  return {
    'overview-certificates': '/',
    certificates: '/certificates',
    'certificates-no-match': '/certificates?search=nothing-like-it',
    'look-empty': '/certificates/look',
    look: `/certificates/look?${place}`,
    'look-other-name': `/certificates/look?${place.replace('shop.', 'mail.')}`,
    'certificate-new': '/certificates/new',
    certificate: `/certificates/${String(certificates.shop.id)}`,
    'certificate-expired': `/certificates/${String(certificates.intranet.id)}`,
    'certificate-not-issued': `/certificates/${String(certificates.wiki.id)}`,
    'connection-certificates': `/connections/${String(connection.id)}`,
    'certificate-upload': '/certificates/upload',
    'found-missing': '/certificates/found/2000000000',
    issuers: '/settings/issuers',
    issuer: '/settings/issuers/1',
    'issuer-edit': '/settings/issuers/1/edit',
  };
}

/** The steps of the form, and the kinds of issuers. */
async function lookAtSteps(
  page: Page,
  { world, certificates, tls }: CertificateFleet,
  look: (name: string) => Promise<void>,
): Promise<void> {
  const { id } = certificates.shop;
  await page.goto(`${world.url}/certificates/new?host=127.0.0.1&port=${String(tls.port)}&serverName=shop.example.net`);
  await page.getByLabel('Names in it').waitFor();
  await look('certificate-form-names');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Certificate file').waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await look('certificate-form-targets');
  await page.goto(`${world.url}/certificates/${String(id)}/edit`);
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByText('Each renewal, on').waitFor();
  await look('certificate-form-review');
  await page.goto(`${world.url}/settings/issuers/new`);
  await page.getByRole('button', { name: 'ZeroSSL' }).click();
  await look('issuer-form-acme-host');
  await page.getByRole('button', { name: 'Answered by Lockstep' }).click();
  await look('issuer-form-acme-lockstep');
  await page.getByRole('button', { name: 'DNS record' }).click();
  await look('issuer-form-acme-dns');
  await page.getByRole('button', { name: 'By hand' }).click();
  await look('issuer-form-manual');
}

/** Many addresses of which one shows a certificate; a host that can be asked; the tray, where a person is waited for. */
async function lookAtScan(
  page: Page,
  { world, connection, tls }: CertificateFleet,
  look: (name: string) => Promise<void>,
): Promise<void> {
  await page.goto(`${world.url}/certificates/scan`);
  await look('scan');
  await page.getByLabel('Addresses').fill(`127.0.0.1:${String(tls.port)} shop.example.net\n127.0.0.1:1`);
  await page.getByRole('button', { name: 'Scan' }).click();
  await page.getByText('127.0.0.1 port 1 refused the connection.').waitFor();
  await look('scan-results');
  await page.goto(`${world.url}/certificates/scan?connectionId=${String(connection.id)}`);
  await page.getByRole('heading', { name: connection.name }).waitFor();
  await look('scan-host');
  await page.goto(`${world.url}/certificates/upload`);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByText('Give the certificate a name.').waitFor();
  await look('certificate-upload-refused');
  await page.getByRole('button', { name: '1 running' }).click();
  await page.getByRole('region', { name: 'Activity' }).waitFor();
  await look('tray-by-hand');
}
