import type { Certificate, Connection } from '@lockstep/contract';
import { type TlsHost, TlsProbe, startTlsHost, tlsSite, whyNoSystemdHosts } from '@lockstep/server-testing';
import { picture } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

/** Goes on for as long as the file is there, at most 15 s: long enough to be seen at work. */
const heldTest = 'n=0; while [ -e /tmp/hold ] && [ $n -lt 150 ]; do sleep 0.1; n=$((n+1)); done; sudo -n nginx -t';
const reason = await whyNoSystemdHosts();

test.describe('a certificate on two hosts is renewed from the console', () => {
  test.skip(reason !== undefined, `left out: ${reason}`);
  let world: World;
  let places: [TlsHost, TlsHost];
  let certificate: Certificate;

  test.beforeAll(async () => {
    test.setTimeout(180_000);
    world = await World.start();
    places = [await startTlsHost(), await startTlsHost()];
    const targets = [];
    for (const [index, { host, port }] of places.entries()) {
      const { id: connectionId } = await world.api.call<Connection>('POST', '/connections', {
        name: `web-${String(index + 1)}.example.net`,
        host: '127.0.0.1',
        port: host.port,
        username: host.username,
        credential: { kind: 'private_key', privateKey: host.user.privateKey },
        hostKeyFingerprint: host.hostKeyFingerprint,
        tags: [`rack-${String(index + 1)}`],
      });
      targets.push({
        connectionId,
        certificatePath: tlsSite.certificatePath,
        keyPath: tlsSite.keyPath,
        reload: { service: 'nginx.service' },
        check: { command: index === 0 ? 'sudo -n nginx -t' : heldTest },
        verify: [{ host: '127.0.0.1', port, serverName: tlsSite.name }],
      });
    }
    const whole = { name: 'shop', domains: [tlsSite.name], issuerId: 1, targets };
    certificate = await world.api.call<Certificate>('POST', '/certificates', whole);
  });

  test.afterAll(async () => {
    await Promise.all([world.stop(), ...places.map(({ host }) => host.stop())]);
  });

  test('which shows the other host at work, live, and leads there and back', async ({ page, another }) => {
    test.setTimeout(120_000);
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/certificates/${String(certificate.id)}/edit`);
    await page.getByRole('button', { name: 'Review' }).click();
    await expect(page.getByText('It is issued once and put on all of these hosts')).toBeVisible();
    await page.goto(`${world.url}/certificates/${String(certificate.id)}`);
    await places[1].host.execute('touch /tmp/hold');
    await page.getByRole('button', { name: 'Renew' }).click();
    await page.getByRole('button', { name: 'Open the running renewal' }).click();
    const card = page.getByRole('region', { name: 'Other hosts' });
    await expect(card).toContainText('0 of 1 done');
    await expect(card).toContainText('Running');
    await expect(page.getByText('Waits for the deployment on 1 other host').first()).toBeVisible({ timeout: 30_000 });
    await picture(page, 'operation-other-hosts-light-wide');
    await places[1].host.execute('rm /tmp/hold');
    await expect(card, 'without a reload').toContainText('1 of 1 done', { timeout: 60_000 });
    await expect(page.getByText('on 2 hosts').first()).toBeVisible({ timeout: 30_000 });
    expect(await TlsProbe.look(places[0].port)).toBe(await TlsProbe.look(places[1].port));
    const renewal = page.url();
    await card.getByRole('link', { name: 'web-2.example.net' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Certificate deployment · web-2.example.net');
    const deployment = page.url();
    await page.getByRole('link', { name: 'part of a renewal' }).click();
    await expect(page).toHaveURL(renewal);

    const olga = await another(world.url, await world.api.createUser('olga', 'operator', ['rack-2']));
    await olga.goto(deployment);
    await expect(olga.getByRole('link', { name: 'the certificate' })).toBeVisible();
    await expect(olga.getByText('web-1.example.net')).toHaveCount(0);
    const berta = await another(world.url, await world.api.createUser('berta', 'operator', ['rack-1']));
    await berta.goto(renewal);
    await expect(berta.getByText('1 more on hosts that you may not see.')).toBeVisible();
    await expect(berta.getByText('web-2.example.net')).toHaveCount(0);
  });
});
