import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Certificate } from '@lockstep/contract';
import { CertificateFleet } from './support/certificate-fleet.js';
import { expect, signIn, test } from './support/test.js';

test.describe('certificates', () => {
  let fleet: CertificateFleet;
  let url: string;

  test.beforeAll(async () => {
    fleet = await CertificateFleet.start();
    url = fleet.world.url;
  });

  test.afterAll(async () => {
    await fleet.stop();
  });

  test.beforeEach(async ({ page }) => {
    await signIn(page, url, fleet.world.administrator);
  });

  test('the one that needs somebody first is on top, with why, and the address keeps the filters', async ({ page }) => {
    await page.getByRole('link', { name: 'Certificates', exact: true }).click();
    const rows = page.getByRole('table', { name: 'Certificates' }).locator('[data-index]');
    await expect(rows).toHaveCount(4);
    await expect(rows.nth(0)).toContainText('intranet');
    await expect(rows.nth(0)).toContainText('Expired 3 days ago');
    await expect(rows.nth(0)).toContainText('automatic renewal is off, so somebody must renew it');
    const mail = rows.filter({ hasText: 'mail.example.net' });
    await expect(mail).toContainText('4 days left');
    await expect(mail).toContainText('Version 2 has not arrived at web-1.example.net');
    await expect(mail).toContainText('the days left are those of version 1, which is in use');
    await expect(rows.filter({ hasText: 'wiki' })).toContainText('Not issued yet');
    await expect(page.locator('figcaption')).toContainText('1 expired');
    await expect(page.locator('figcaption')).toContainText('2 within 13 weeks');

    await page.getByRole('button', { name: 'Due for renewal' }).click();
    await expect(page).toHaveURL(/status=due/);
    await expect(rows).toHaveCount(1);
    await page.reload();
    await expect(rows).toHaveCount(1);
    await expect(rows.nth(0)).toContainText('automatic renewal is off');
    await page.getByLabel('Search certificates').fill('nothing like it');
    await expect(page.getByText('Nothing matches')).toBeVisible();
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await expect(rows).toHaveCount(4);
  });

  test('certificates and issuers are found from every page by Ctrl+K', async ({ page }) => {
    for (const [typed, what, heading] of [
      ['intra', 'intranet', 'intranet'],
      ['internal ca', 'Internal CA', 'Internal CA'],
    ] as const) {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(typed);
      await expect(page.getByRole('option').first()).toContainText(what);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
    }
  });

  test('a list that could not be loaded says why and can be asked for again', async ({ page, complaints }) => {
    complaints.expect(/ERR_FAILED/);
    await page.goto(`${url}/certificates`);
    // What is read again when the link comes up would come in between.
    await expect(page.locator('lockstep-link-chip')).toContainText('Live');
    await expect(page.getByRole('link', { name: 'intranet', exact: true })).toBeVisible();
    await page.route('**/api/certificates/inventory?*', (route) => route.abort());
    await page.getByRole('button', { name: 'Check now' }).click();
    await expect(page.getByText('Could not be read'), 'what was read before stays').toBeVisible();
    await expect(page.getByRole('link', { name: 'intranet', exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Managed', exact: true }).click();
    await expect(page.getByText('This could not be loaded')).toBeVisible();
    await page.unroute('**/api/certificates/inventory?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('link', { name: 'intranet', exact: true })).toBeVisible();
  });

  test('overview and connection show what expires', async ({ page }) => {
    const attention = page.getByRole('region', { name: 'Certificates that need attention' });
    await expect(attention.getByRole('listitem')).toHaveCount(2);
    await expect(attention.getByRole('listitem').first()).toContainText('intranet');
    await page.goto(`${url}/connections/${fleet.connection.id}`);
    const card = page.getByRole('region', { name: 'Certificates', exact: true });
    await expect(card.getByRole('listitem').first()).toContainText('Expired 3 days ago');
    await card.getByRole('link', { name: 'shop', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'shop', level: 1 })).toBeVisible();
  });

  test('its page tells what is served now, and gives the chain', async ({ page }) => {
    await page.goto(`${url}/certificates/${fleet.certificates.shop.id}`);
    await expect(page.getByText('11 days left')).toBeVisible();
    await page.getByRole('button', { name: 'What is served? shop.example.net' }).click();
    await expect(page.getByText('serves the newest, version 1')).toBeVisible();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Chain' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('shop.pem');
    expect(await readFile(await download.path(), 'utf8')).toBe(fleet.tls.chain.join(''));
  });

  test('what a port shows is taken over: looked at, completed, reviewed, added', async ({ page }) => {
    await page.goto(`${url}/certificates`);
    await page.getByRole('link', { name: 'Look at a host' }).click();
    await page.getByLabel('Host').fill(`https://127.0.0.1:${String(fleet.tls.port)}/`);
    await page.getByLabel('Server name').fill('www.shop.example.net');
    await page.getByRole('button', { name: 'Look' }).click();
    const shown = page.getByRole('region', { name: 'www.shop.example.net shows' });
    await expect(shown).toContainText('shop.example.net, www.shop.example.net');
    await expect(shown.getByRole('list', { name: 'Problems' })).not.toBeEmpty();
    await expect(page).toHaveURL(/host=127\.0\.0\.1&port=\d+&serverName=www/);
    await page.getByRole('link', { name: 'Manage this certificate' }).click();

    await expect(page.getByLabel('Names in it')).toHaveValue('shop.example.net\nwww.shop.example.net');
    await page.getByLabel('Names in it').fill('not a name!');
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(page.getByText('“name!” is no host name')).toBeVisible();
    await expect(page.getByLabel('Names in it')).toBeFocused();
    await page.getByLabel('Names in it').fill('shop.example.net www.shop.example.net');
    await page.getByLabel('Name', { exact: true }).fill('shop front');
    await page.getByRole('button', { name: 'Next' }).click();

    await expect(page.getByLabel('Connection')).toHaveValue(String(fleet.connection.id));
    await expect(page.getByLabel('Verify by a handshake')).toHaveValue(
      `127.0.0.1:${String(fleet.tls.port)} www.shop.example.net`,
    );
    await page.getByLabel('Certificate file').fill('relative.pem');
    await page.getByLabel('Key file').fill('/srv/tls/front.key');
    await page.getByRole('button', { name: 'Run a command' }).click();
    await page.getByLabel('Command').fill('touch /srv/tls/reloaded');
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(page.getByText('must be the absolute path of a file')).toBeVisible();
    await page.getByLabel('Certificate file').fill('/srv/tls/front.pem');
    await page.getByRole('button', { name: 'Next' }).click();

    await expect(page.getByText('Each renewal, on web-1.example.net')).toBeVisible();
    await expect(page.getByText('Replaces /srv/tls/front.pem and /srv/tls/front.key (mode 0600).')).toBeVisible();
    await expect(page.getByText('Runs touch /srv/tls/reloaded.')).toBeVisible();
    const before = await fleet.world.query('SELECT id FROM certificates WHERE name = $1', ['shop front']);
    expect(before, 'nothing is saved before the last step').toEqual([]);
    await page.getByRole('button', { name: 'Add certificate' }).click();
    await expect(page.getByRole('heading', { name: 'shop front', level: 1 })).toBeVisible();
    const id = Number(new URL(page.url()).pathname.split('/').at(-1));
    const made = await fleet.world.api.call<Certificate>('GET', `/certificates/${String(id)}`);
    expect(made).toMatchObject({
      domains: ['shop.example.net', 'www.shop.example.net'],
      keyType: 'rsa-2048',
      targets: [
        {
          connectionId: fleet.connection.id,
          certificatePath: '/srv/tls/front.pem',
          reload: { command: 'touch /srv/tls/reloaded' },
          verify: [{ host: '127.0.0.1', port: fleet.tls.port, serverName: 'www.shop.example.net' }],
        },
      ],
    });
  });

  test('one is changed, refused where its name is taken, and forgotten after a question', async ({
    page,
    complaints,
  }) => {
    complaints.expect(/status of 409/);
    const { id } = await fleet.world.api.call<Certificate>('POST', '/certificates', {
      name: 'old',
      domains: ['old.example.net'],
      issuerId: 1,
    });
    await page.goto(`${url}/certificates/${String(id)}`);
    await expect(page.getByText('It is deployed nowhere.')).toBeVisible();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await page.getByLabel('Name', { exact: true }).fill('wiki');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByRole('alert')).toContainText('This name is taken');
    await page.getByLabel('Name', { exact: true }).fill('renamed');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByRole('heading', { name: 'renamed', level: 1 })).toBeVisible();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Forget' }).click();
    await expect(page.getByRole('dialog')).toContainText('The files on its hosts stay');
    await page.getByRole('button', { name: 'Forget certificate' }).click();
    await expect(page).toHaveURL(`${url}/certificates`);
    await expect(page.getByRole('link', { name: 'renamed', exact: true })).toHaveCount(0);
  });

  test('issuers are added, changed and removed', async ({ page }) => {
    await page.goto(`${url}/settings/issuers`);
    await expect(page.getByText('built in')).toHaveCount(2);
    await page.getByRole('link', { name: 'Add issuer' }).click();
    await page.getByRole('button', { name: 'Internal authority' }).click();
    await page.getByLabel('Lifetime in days').fill('1000');
    await page.getByRole('button', { name: 'Add issuer' }).click();
    await expect(page.getByText('This does not fit')).toBeVisible();
    await page.getByLabel('Name', { exact: true }).fill('Laboratory');
    await page.getByLabel('Lifetime in days').fill('5');
    await page.getByLabel('Permitted names').fill('lab.example.net');
    await page.getByRole('button', { name: 'Add issuer' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Laboratory');
    await expect(page.getByRole('button', { name: 'Root of Laboratory' })).toBeVisible();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Lifetime in days').fill('6');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('link', { name: 'Issuers', exact: true }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'Laboratory' });
    await expect(row).toContainText('signs for 6 days');
    await expect(row).toContainText('only for lab.example.net');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Root of Laboratory' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('Laboratory-root.pem');
    const root = new X509Certificate(await readFile(await download.path()));
    expect(root.ca, 'it is the root of an authority').toBe(true);
    await page.getByRole('button', { name: 'More for Laboratory' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove issuer' }).click();
    await expect(row).toHaveCount(0);
  });

  test('who may not manage sees what is deployed to their hosts, and no button that would be refused', async ({
    another,
  }) => {
    const page = await another(url, await fleet.world.api.createUser('olga', 'operator', ['web']));
    await page.goto(`${url}/certificates`);
    await expect(page.getByRole('link', { name: 'shop', exact: true })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Add certificate' })).toHaveCount(0);
    await page.getByRole('link', { name: 'shop', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'shop', level: 1 })).toBeVisible();
    await expect(page.getByRole('button', { name: /What is served/ })).toHaveCount(0);
    await page.getByRole('button', { name: 'More' }).click();
    await expect(page.getByRole('menuitem')).toHaveText(['Schedule …']);
  });
});
