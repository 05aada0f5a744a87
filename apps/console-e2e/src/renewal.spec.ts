import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate, Connection, Issuer } from '@lockstep/contract';
import { type TlsHost, TlsProbe, startTlsHost, tlsSite, whyNoSystemdHosts } from '@lockstep/server-testing';
import { picture } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

const reason = await whyNoSystemdHosts();

test.describe('a certificate is renewed from the console, on a whole host with nginx', () => {
  test.skip(reason !== undefined, `left out: ${reason}`);
  // The second one goes on where the first has ended.
  test.describe.configure({ mode: 'serial' });
  let world: World;
  let place: TlsHost;
  let page: string;

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

  test('from what nginx serves to the new leaf on the wire, watched by another person too', async ({
    page: own,
    another,
  }) => {
    test.setTimeout(120_000);
    await signIn(own, world.url, world.administrator);
    await own.goto(
      `${world.url}/certificates/look?host=127.0.0.1&port=${String(place.port)}&serverName=${tlsSite.name}`,
    );
    await own.getByRole('link', { name: 'Manage this certificate' }).click();
    await expect(own.getByLabel('Names in it')).toHaveValue(tlsSite.name);
    await own.getByRole('button', { name: 'Next' }).click();
    await expect(own.getByLabel('Service'), 'nginx runs there').toHaveValue('nginx.service', { timeout: 30_000 });
    await expect(own.getByLabel('Test of the configuration')).toHaveValue('sudo -n nginx -t');
    await own.getByLabel('Certificate file').fill(tlsSite.certificatePath);
    await own.getByLabel('Key file').fill(tlsSite.keyPath);
    // Slow enough for two people to meet.
    await own.getByLabel('Test of the configuration').fill('sleep 5; sudo -n nginx -t');
    await own.getByRole('button', { name: 'Next' }).click();
    await own.getByRole('button', { name: 'Add certificate' }).click();
    await expect(own.getByText('Nothing was issued yet: its first renewal does that')).toBeVisible();
    page = own.url();

    const olga = await another(world.url, await world.api.createUser('olga', 'operator', ['web']));
    await olga.goto(page);
    await olga.getByRole('button', { name: 'Renew' }).waitFor();
    const old = await TlsProbe.look(place.port);
    await own.getByRole('button', { name: 'Renew' }).click();
    for (const person of [own, olga]) {
      const running = person.getByRole('button', { name: 'Open the running renewal' });
      await expect(running, 'the button tells how far it is').toContainText(/[1-9]\d? %/);
    }
    await picture(own, 'certificate-renewing-light-wide');
    await own.reload();
    await expect(own.getByRole('button', { name: 'Open the running renewal' })).toContainText(/[1-9]\d? %/);
    for (const person of [own, olga]) {
      await expect(person.getByText('Newest version')).toBeVisible({ timeout: 30_000 });
      await expect(person.getByRole('button', { name: 'Renew' })).toBeVisible();
      await expect(person.getByText('Version 1', { exact: true })).toBeVisible();
    }
    await own.getByRole('button', { name: `What is served? ${tlsSite.name}` }).click();
    await expect(own.getByText('serves the newest, version 1')).toBeVisible();
    expect(await TlsProbe.look(place.port), 'a client sees another leaf').not.toBe(old);
    await picture(own, 'certificate-renewed-light-wide');
    await own.getByRole('link', { name: 'How it was issued' }).click();
    await expect(own.getByRole('heading', { level: 1 })).toHaveText('Certificate renewal · web-1.example.net');
    await expect(own.getByText(`${tlsSite.name} 127.0.0.1:${String(place.port)} ${old}`)).toBeVisible();
    await picture(own, 'operation-renewal-light-wide');
    await own.getByRole('link', { name: /the certificate$/ }).click();
    await expect(own).toHaveURL(page);
  });

  test('one that fails says why and what the host said, and the old leaf is served', async ({ page: own }) => {
    test.setTimeout(90_000);
    await signIn(own, world.url, world.administrator);
    const served = await TlsProbe.look(place.port);
    await own.goto(`${page}/edit`);
    await own.getByRole('button', { name: 'Where it goes' }).click();
    await own.getByLabel('Test of the configuration').fill('echo "the books do not balance" >&2; exit 3');
    await own.getByRole('button', { name: 'Next' }).click();
    await own.getByRole('button', { name: 'Save changes' }).click();
    await own.getByRole('button', { name: 'Renew' }).click();
    const failure = own.getByRole('region', { name: /configuration/i }).filter({ hasText: 'CONFIGURATION_INVALID' });
    await expect(failure).toBeVisible({ timeout: 30_000 });
    await expect(
      own.getByText('Version 2 has not arrived at web-1.example.net; the days left are those of version 1'),
    ).toBeVisible();
    expect(await TlsProbe.look(place.port)).toBe(served);
    await picture(own, 'certificate-renewal-failed-light-wide');
    await own.getByRole('link', { name: /configuration test failed/i }).click();
    await expect(own.getByText('the books do not balance').first()).toBeVisible();
  });

  test('one that is signed by hand waits for a person, and goes on with what they bring', async ({
    page: own,
    complaints,
  }) => {
    test.setTimeout(90_000);
    complaints.expect(/status of 400/);
    const { items: issuers } = await world.api.call<{ items: Issuer[] }>('GET', '/issuers');
    const { items: connections } = await world.api.call<{ items: Connection[] }>('GET', '/connections');
    const certificate = await world.api.call<Certificate>('POST', '/certificates', {
      name: 'by hand',
      domains: ['hand.example.net'],
      issuerId: issuers.find(({ kind }) => kind === 'manual')?.id,
      targets: [
        {
          connectionId: connections[0]?.id,
          certificatePath: `${tlsSite.folder}/hand.pem`,
          keyPath: `${tlsSite.folder}/hand.key`,
        },
      ],
    });
    await signIn(own, world.url, world.administrator);
    await own.goto(`${world.url}/certificates/${String(certificate.id)}`);
    await own.getByRole('button', { name: 'Renew' }).click();
    const card = own.getByRole('region', { name: 'Waits for the signed certificate' });
    const [download] = await Promise.all([
      own.waitForEvent('download'),
      card.getByRole('button', { name: 'Download request' }).click(),
    ]);
    const request = await readFile(await download.path(), 'utf8');

    await card.getByRole('textbox', { name: 'Signed certificate' }).fill('is in the post');
    await card.getByRole('button', { name: 'Bring certificate' }).click();
    await expect(card.getByText('There is no certificate in this text.')).toBeVisible();
    // Whoever meets it in the tray or on its own page is led here.
    await own.getByRole('button', { name: '1 running' }).click();
    const tray = own.getByRole('region', { name: 'Activity' });
    await expect(tray.getByRole('link', { name: 'Bring the signed certificate' })).toBeVisible();
    // What runs is above what has failed.
    await tray.getByRole('link', { name: 'web-1.example.net' }).first().click();
    await own.getByRole('main').getByRole('link', { name: 'Bring the signed certificate' }).click();

    await card.getByRole('textbox', { name: 'Signed certificate' }).fill(signByHand(request));
    await card.getByRole('checkbox').check();
    await card.getByRole('button', { name: 'Bring certificate' }).click();
    await expect(own.getByText('Newest version')).toBeVisible({ timeout: 30_000 });
    await expect(card).toBeHidden();
    const deployed = await place.host.execute(`cat ${tlsSite.folder}/hand.pem`);
    expect(new X509Certificate(deployed).issuer).toBe('CN=By-hand');
  });
});

/** What an authority of one's own answers to a request, with its root. */
function signByHand(request: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-by-hand-'));
  const openssl = (line: string): string =>
    execFileSync('openssl', line.split(' '), { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    writeFileSync(join(folder, 'request.pem'), request);
    openssl('req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 30 -subj /CN=By-hand');
    const leaf = openssl('x509 -req -in request.pem -CA root.pem -CAkey root.key -copy_extensions copyall -days 10');
    return `${leaf}${readFileSync(join(folder, 'root.pem'), 'utf8')}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
