import type { Locator } from '@playwright/test';
import { CertificateFleet } from './support/certificate-fleet.js';
import { findings, picture } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';

const widths = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

test.describe('certificates that need attention', () => {
  let fleet: CertificateFleet;
  let url: string;

  test.beforeAll(async () => {
    fleet = await CertificateFleet.start();
    url = fleet.world.url;
    await trouble(fleet);
  });

  test.afterAll(async () => {
    await fleet.stop();
  });

  test.beforeEach(async ({ page }) => {
    await signIn(page, url, fleet.world.administrator);
  });

  test('come first, the worst on top, and say why: the same on the list and the overview', async ({ page }) => {
    const worst = [
      ['intranet', /Expired 3 days ago/],
      ['gone.example.net', /Not reached, 4\d days left/],
      ['shop', /Served wrongly, 11 days left/],
      ['wiki', /Renewal failing/],
      ['mail', /4 days left/],
    ] as const;
    const card = page.getByRole('region', { name: 'Certificates that need attention' }).getByRole('listitem');
    await expect(card).toHaveCount(worst.length);
    await page.goto(`${url}/certificates`);
    const rows = page.getByRole('table', { name: 'Certificates' }).locator('[data-index]');
    await expect(rows).toHaveCount(9);
    const listed: string[] = [];
    for (const [index, [name, words]] of worst.entries()) {
      await expect(rows.nth(index)).toContainText(name);
      await expect(rows.nth(index)).toContainText(words);
      listed.push(await badgeIn(rows.nth(index)));
    }
    await expect(rows.nth(2)).toContainText('shows another certificate than the one deployed there');
    await expect(rows.nth(3)).toContainText('Its first renewal failed: The disk is full.');
    await page.goto(url);
    for (const [index, words] of listed.entries()) expect(await badgeIn(card.nth(index))).toBe(words);

    await page.goto(`${url}/certificates`);
    await page.getByRole('button', { name: 'Renewal failing' }).click();
    await expect(page).toHaveURL(/status=renewal_failing/);
    await expect(rows).toHaveCount(1);
  });

  test('stand in a chart by weeks whose bars narrow the list, by keyboard too, and the address keeps it', async ({
    page,
  }) => {
    await page.goto(`${url}/certificates`);
    const chart = page.getByRole('list', { name: 'When they expire, week by week' });
    const rows = page.getByRole('table', { name: 'Certificates' }).locator('[data-index]');
    await expect(chart.getByRole('link', { name: 'Already expired: 1 certificate' })).toBeVisible();
    await expect(chart.getByRole('link', { name: /^From .* on: 1 certificate expires, only found$/ })).toBeVisible();
    const week = chart.getByRole('link', { name: /^Week of .*: 3 certificates expire, only found$/ });
    await week.focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/expiresFrom=.*expiresBefore=/);
    await expect(rows).toHaveCount(3);
    await expect(rows.filter({ hasText: 'gone.example.net' })).toHaveCount(1);
    await expect(week).toHaveAttribute('aria-current', 'true');
    await page.reload();
    await expect(rows).toHaveCount(3);
    await expect(week).toHaveAttribute('aria-current', 'true');

    await chart.getByRole('link', { name: 'Already expired: 1 certificate' }).click();
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('intranet');
    await page.getByRole('button', { name: 'Found', exact: true }).click();
    await expect(page.getByText('Nothing matches')).toBeVisible();
    await expect(chart.getByRole('link', { name: /^Already expired/ })).toHaveCount(0);
    await expect(week).not.toHaveAttribute('aria-current');
    await page.getByRole('button', { name: 'Expired or expires by' }).click();
    await expect(rows).toHaveCount(5);
    await expect(page).toHaveURL(`${url}/certificates?origin=found`);
  });

  test('leave a chart that could not be counted to be asked for again', async ({ page, complaints }) => {
    complaints.expect(/ERR_FAILED/);
    await page.goto(`${url}/certificates`);
    // What is read again when the link comes up would come in between.
    await expect(page.locator('lockstep-link-chip')).toContainText('Live');
    await expect(page.getByRole('link', { name: 'Already expired: 1 certificate' })).toBeVisible();
    await page.route('**/api/certificates/expiries?*', (route) => route.abort());
    await page.getByRole('button', { name: 'Managed', exact: true }).click();
    await expect(page.getByText('When they expire could not be counted.')).toBeVisible();
    await page.unroute('**/api/certificates/expiries?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('link', { name: 'Already expired: 1 certificate' })).toBeVisible();
  });

  for (const scheme of ['light', 'dark'] as const) {
    for (const [width, viewport] of Object.entries(widths)) {
      test(`have no fault that axe finds, and fit the screen: ${scheme} and ${width}`, async ({ page }) => {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        const found: string[] = [];
        for (const [name, path] of [
          ['overview-attention', ''],
          ['certificates-attention', '/certificates'],
        ] as const) {
          await page.goto(`${url}${path}`);
          await page.getByText('gone.example.net').first().waitFor();
          found.push(...(await findings(page, name)));
          await picture(page, `${name}-${scheme}-${width}`);
        }
        await page.getByRole('link', { name: /3 certificates expire/ }).click();
        await expect(page.locator('[data-index]')).toHaveCount(3);
        found.push(...(await findings(page, 'one week')));
        await picture(page, `certificates-week-${scheme}-${width}`);
        expect(found).toEqual([]);
      });
    }
  }
});

const badgeIn = async (row: Locator): Promise<string> =>
  (await row.locator('lockstep-status-badge').innerText()).trim();

/** Writes down what checks and renewals would have left behind: what matters here is what is made of it. */
async function trouble({ world, connection, certificates }: CertificateFleet): Promise<void> {
  await world.query(
    `UPDATE certificates SET checked_at = now(), served = (
       SELECT jsonb_agg(endpoint || jsonb_build_object('connectionId', t.connection_id, 'state', 'other', 'fingerprint', 'AA:BB',
         'detail', NULL, 'problems', '[]'::jsonb)) FROM certificate_targets t, jsonb_array_elements(t.verify) AS endpoint
       WHERE t.certificate_id = $1) WHERE id = $1`,
    [certificates.shop.id],
  );
  await world.query(
    `INSERT INTO operations (id, connection_id, connection_name, type, target, status, progress, message, effect, error,
       error_code, started_at, completed_at, created_by, actor, sequence, steps, changes_host)
     VALUES (uuidv7(), $1, 'web-1', 'certificate_renewal', $2, 'failed', 50, '', 'none', 'The disk is full.', 'DISK_FULL', now(),
       now(), 'user', '{"kind":"user","id":"1","name":"ada"}', 1, '[]', true)`,
    [connection.id, String(certificates.wiki.id)],
  );
  for (const [name, days, failure] of [
    ['gone', 45, 'CONNECTION_REFUSED'],
    ['near', 45, null],
    ['near-2', 45, null],
    ['next-but-one', 60, null],
    ['far', 300, null],
  ] as const)
    await world.query(
      `INSERT INTO found_certificates (connection_id, host, port, server_name, place_key, facts, chain, problems, not_after,
         renew_at, seen_at, checked_at, failure_code, failure_message, failing_since)
       SELECT NULL, $1, 443, $1, $1, $2, '[]', '[]', now() + $3 * interval '1 day', now() + ($3 - 10) * interval '1 day', now(),
         now(), $4::text, CASE WHEN $4 IS NOT NULL THEN 'It refused the connection.' END, CASE WHEN $4 IS NOT NULL THEN now() END`,
      [`${name}.example.net`, factsOf(`${name}.example.net`, days), days, failure],
    );
}

const factsOf = (name: string, days: number): object => ({
  subject: `CN=${name}`,
  issuer: 'CN=Example CA',
  names: [name],
  serialNumber: '1',
  fingerprint: 'AA:BB',
  keyType: 'ecdsa-p256',
  notBefore: new Date(Date.now() - 86_400_000).toISOString(),
  notAfter: new Date(Date.now() + days * 86_400_000).toISOString(),
});
