import { CertificateFleet } from './support/certificate-fleet.js';
import { expect, signIn, test } from './support/test.js';

test.describe('certificates that are only found', () => {
  let fleet: CertificateFleet;

  test.beforeAll(async () => {
    fleet = await CertificateFleet.start();
  });

  test.afterAll(async () => {
    await fleet.stop();
  });

  test('are scanned, watched and taken over; what shows none is told by name', async ({ page }) => {
    await signIn(page, fleet.world.url, fleet.world.administrator);
    await page.goto(`${fleet.world.url}/certificates`);
    await page.getByRole('link', { name: 'Scan', exact: true }).click();
    await page.getByLabel('Addresses').fill('not an address at all:x');
    await page.getByRole('button', { name: 'Scan' }).click();
    await expect(page.getByText('is no host or host:port')).toBeVisible();
    await page.getByLabel('Addresses').fill(`127.0.0.1:${String(fleet.tls.port)} shop.example.net\n127.0.0.1:1`);
    await page.getByRole('button', { name: 'Scan' }).click();
    await expect(page.getByText('127.0.0.1 port 1 refused the connection.')).toBeVisible();
    await page.getByRole('button', { name: 'Watch 1' }).click();
    await expect(page).toHaveURL(/origin=found/);
    await expect(page.getByRole('button', { name: 'Found', exact: true })).toHaveAttribute('aria-pressed', 'true');
    await page.getByRole('link', { name: /^shop\.example\.net at 127\.0\.0\.1/ }).click();
    await page.getByRole('button', { name: 'Look now' }).click();
    await expect(page.getByRole('button', { name: 'Look now' })).toBeEnabled();
    await page.getByRole('link', { name: 'Manage this certificate' }).click();
    await expect(page.getByLabel('Names in it')).toHaveValue(/shop\.example\.net/);
  });
});
