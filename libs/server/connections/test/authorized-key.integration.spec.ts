import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthorizedKey } from '@lockstep/contract';
import { type Sshd, type TestDatabase, createTestDatabase, startSshd } from '@lockstep/server-testing';
import { ConnectionsServer } from './connections-server.js';

describe('the line of authorized_keys', () => {
  let database: TestDatabase;
  let server: ConnectionsServer;
  let sshd: Sshd;

  beforeAll(async () => {
    [database, sshd] = await Promise.all([createTestDatabase(), startSshd()]);
    server = await ConnectionsServer.start(database.url);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([database.drop(), sshd.stop()]);
  }, 60_000);

  const lineOf = async (id: number): Promise<string> =>
    (await server.must<AuthorizedKey>(`GET /connections/${String(id)}/authorized-key`)).line;
  /** Lets in by that line alone. */
  const allowOnly = (line: string): Promise<void> =>
    writeFile(join(sshd.user.directory, 'authorized_keys'), `${line}\n`);

  it('lets a test through as the only one, and others be reached through the host once they are', async () => {
    const { id } = await server.addSshd('first', sshd);
    const alone = await lineOf(id);
    expect(alone).toMatch(/^restrict ssh-ed25519 AAAA\S+ lockstep$/);
    await allowOnly(alone);
    expect(await server.test(id)).toMatchObject({ status: 'completed' });

    const behind = await server.addSshd('behind', sshd, { jumpConnectionId: id });
    expect(await server.test(behind.id)).toMatchObject({ status: 'failed', errorCode: 'CHANNEL_REFUSED' });
    const forwarding = await lineOf(id);
    expect(forwarding).toBe(alone.replace('restrict ', 'restrict,port-forwarding '));
    await allowOnly(forwarding);
    expect(await server.test(behind.id)).toMatchObject({ status: 'completed' });
  }, 60_000);

  it('is not there for a password, and not for who may not see the connection', async () => {
    const { id } = await server.add({ name: 'by password' });
    const path = `GET /connections/${String(id)}/authorized-key`;
    const { status, body } = await server.call<{ code: string; detail: string }>(path);
    expect([status, body.code, body.detail]).toEqual([409, 'CONFLICT', 'It logs in with a password, not with a key.']);
    const stranger = await server.addUser('vera', 'viewer');
    const { id: keyed } = await server.addSshd('keyed', sshd);
    expect((await server.call(`GET /connections/${String(keyed)}/authorized-key`, undefined, stranger)).status).toBe(
      404,
    );
  });
});
