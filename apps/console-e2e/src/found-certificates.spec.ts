import { CertificateFleet } from './support/certificate-fleet.js';
import { findings, picture } from './support/looks.js';
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
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await signIn(page, fleet.world.url, fleet.world.administrator);
    await page.goto(`${fleet.world.url}/certificates`);
    await page.getByRole('link', { name: 'Scan', exact: true }).click();
    await page.getByLabel('Addresses').fill('not an address at all:x');
    await page.getByRole('button', { name: 'Scan' }).click();
    await expect(page.getByText('is no host or host:port')).toBeVisible();
    await page.getByLabel('Addresses').fill(`127.0.0.1:${String(fleet.tls.port)} shop.example.net\n127.0.0.1:1`);
    await page.getByRole('button', { name: 'Scan' }).click();
    await expect(page.getByText('127.0.0.1 port 1 refused the connection.')).toBeVisible();
    const found = await findings(page, 'scan');
    await picture(page, 'scan-light-wide');
    await page.getByRole('button', { name: 'Watch 1' }).click();
    await expect(page).toHaveURL(/origin=found/);
    await expect(page.getByRole('button', { name: 'Found', exact: true })).toHaveAttribute('aria-pressed', 'true');
    found.push(...(await findings(page, 'inventory')));
    await picture(page, 'inventory-found-light-wide');
    await page.getByRole('link', { name: /^shop\.example\.net at 127\.0\.0\.1/ }).click();
    await page.getByRole('button', { name: 'Look now' }).click();
    await expect(page.getByRole('button', { name: 'Look now' })).toBeEnabled();
    found.push(...(await findings(page, 'found')));
    await picture(page, 'found-light-wide');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    found.push(...(await findings(page, 'found narrow and dark')));
    await picture(page, 'found-dark-narrow');
    await page.getByRole('link', { name: 'Manage this certificate' }).click();
    await expect(page.getByLabel('Names in it')).toHaveValue(/shop\.example\.net/);
    await page.goto(`${fleet.world.url}/certificates/upload`);
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await expect(page.getByText('Give the certificate a name.')).toBeVisible();
    found.push(...(await findings(page, 'upload')));
    await picture(page, 'upload-dark-narrow');
    expect(found).toEqual([]);
  });
});
