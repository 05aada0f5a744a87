import type { Page } from '@playwright/test';
import { CertificateFleet } from './support/certificate-fleet.js';
import { findings, picture } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';

const widths = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

test.describe('the pages of certificates', () => {
  let fleet: CertificateFleet;

  test.beforeAll(async () => {
    fleet = await CertificateFleet.start();
  });

  test.afterAll(async () => {
    await fleet.stop();
  });

  for (const scheme of ['light', 'dark'] as const) {
    for (const [width, viewport] of Object.entries(widths)) {
      test(`have no fault that axe finds, and fit the screen: ${scheme} and ${width}`, async ({ page }) => {
        test.setTimeout(120_000);
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await signIn(page, fleet.world.url, fleet.world.administrator);
        const found: string[] = [];
        const look = async (name: string): Promise<void> => {
          // The host is asked for its services meanwhile.
          await expect(page.locator('.ls-page lockstep-spinner')).toHaveCount(0, { timeout: 30_000 });
          found.push(...(await findings(page, name)));
          await picture(page, `${name}-${scheme}-${width}`);
        };
        for (const [name, path] of Object.entries(pagesOf(fleet))) {
          await page.goto(`${fleet.world.url}${path}`);
          await look(name);
        }
        await lookAtSteps(page, fleet, look);
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
