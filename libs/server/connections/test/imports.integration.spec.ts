import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection, ImportAnswer, KnownHostsAnswer, Problem, RouteAnswer, routes } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase, generateSshKey } from '@lockstep/server-testing';
import { ConnectionsServer } from './connections-server.js';

type Page = RouteAnswer<typeof routes.listConnections>;

describe('importing', () => {
  let database: TestDatabase;
  let server: ConnectionsServer;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await ConnectionsServer.start(database.url);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const total = async (): Promise<number> => (await server.call<Page>('GET /connections')).body.total;
  const get = async (id: number | null | undefined): Promise<Connection> =>
    (await server.call<Connection>(`GET /connections/${String(id)}`)).body;
  const bring = async (body: object): Promise<ImportAnswer> =>
    (await server.call<ImportAnswer>('POST /connections/import', body)).body;

  describe('connections', () => {
    const text = `
Host inner
  HostName 10.0.0.5
  User app
  ProxyJump bastion
Host bastion
  HostName bastion.example
  User ops
  Port 2222
Host exists
  User x
Host orphan
  User x
  ProxyJump unknown
Host child
  User x
  ProxyJump orphan
Host meta
  HostName 169.254.169.254
  User x
Host loop1
  User x
  ProxyJump loop2
Host loop2
  User x
  ProxyJump loop1
`;

    it('shows first what would be made, and makes nothing', async () => {
      await server.add({ name: 'Exists' });
      const before = await total();
      const answer = await bring({ format: 'ssh_config', text, dryRun: true });
      expect(answer.items.map(({ name, jump, connectionId }) => [name, jump, connectionId])).toEqual([
        ['inner', 'bastion', null],
        ['bastion', null, null],
      ]);
      expect(Object.fromEntries(answer.skipped.map(({ name, reason }) => [name, reason]))).toEqual({
        exists: 'a connection of this name exists',
        orphan: 'its jump host «unknown» is neither in the text nor a connection',
        child: 'its jump host «orphan» is left out: its jump host «unknown» is neither in the text nor a connection',
        meta: expect.stringContaining('169.254.169.254 is refused'),
        loop1: expect.stringContaining('circle'),
        loop2: expect.stringContaining('circle'),
      });
      expect(await total()).toBe(before);
    });

    it('then makes them with their jump hosts and the credential that was given', async () => {
      const answer = await bring({
        format: 'ssh_config',
        text,
        dryRun: false,
        credential: { kind: 'password', password: 'canary-import' },
      });
      const [inner, bastion] = answer.items;
      expect(await get(bastion?.connectionId)).toMatchObject({
        host: 'bastion.example',
        port: 2222,
        username: 'ops',
        credential: { kind: 'password' },
      });
      expect(await get(inner?.connectionId)).toMatchObject({
        host: '10.0.0.5',
        jumpConnectionId: bastion?.connectionId,
        credential: { kind: 'password' },
      });
      const [entry] = await server.audited('connections.imported');
      expect(entry?.detail).toMatchObject({ made: 2, names: ['inner', 'bastion'], credentialKind: 'password' });
      expect(JSON.stringify(entry)).not.toContain('canary-import');
      expect((await bring({ format: 'ssh_config', text, dryRun: false })).items).toEqual([]);
    });

    it('joins a jump host that is a connection already, and leaves the credential out when none is given', async () => {
      const answer = await bring({
        format: 'csv',
        text: 'name,host,username,jump,tags\nlate,late.example,u,BASTION,new prod\n',
        dryRun: false,
      });
      const late = await get(answer.items[0]?.connectionId);
      expect(late).toMatchObject({ credential: null, tags: ['new', 'prod'] });
      expect((await get(late.jumpConnectionId)).name).toBe('bastion');
    });

    it('reads two thousand rows of an inventory in one go', async () => {
      const answer = await bring({
        format: 'ansible_inventory',
        text: '[fleet]\nhost[0001:2000].fleet ansible_user=root\n',
        dryRun: false,
        credential: { kind: 'password', password: 'x' },
      });
      expect(answer.items).toHaveLength(2_000);
      expect((await server.call<Page>('GET /connections?tag=fleet')).body.total).toBe(2_000);
    }, 30_000);

    it.each([
      [{ format: 'csv', text: 'a,b\n1,2', dryRun: true }, 'IMPORT_UNREADABLE', /«host» is missing/],
      [
        { format: 'ansible_inventory', text: 'all:\n  hosts: [a]\n', dryRun: true },
        'IMPORT_UNREADABLE',
        /Line 2: «hosts» must be a mapping/,
      ],
      [
        {
          format: 'csv',
          text: 'host,username\na,b',
          dryRun: true,
          credential: { kind: 'private_key', privateKey: 'x' },
        },
        'KEY_UNREADABLE',
        /not a private key/,
      ],
    ])('refuses %j', async (body, code, detail) => {
      const answer = (await server.call<Problem>('POST /connections/import', body)).body;
      expect(answer).toMatchObject({ status: 422, code });
      expect(answer.detail).toMatch(detail);
    });

    it('is for administrators', async () => {
      const operator = await server.addUser('importing-operator', 'operator');
      expect(
        (
          await server.call<Problem>(
            'POST /connections/import',
            { format: 'csv', text: 'host,username', dryRun: true },
            operator,
          )
        ).body.code,
      ).toBe('PERMISSION_DENIED');
    });
  });

  describe('known hosts', () => {
    it('approves the keys of the connections they fit, hashed or not, and counts the rest', async () => {
      const keys = await Promise.all([generateSshKey(), generateSshKey({ type: 'ecdsa' }), generateSshKey()]);
      const [first, second, third] = keys;
      const [a, b, c] = [
        await server.add({ name: 'known a', host: 'Known-A.example' }),
        await server.add({ name: 'known b', host: '192.0.2.50', port: 2022 }),
        await server.add({ name: 'known c', host: 'known-c.example' }),
      ];
      const folder = mkdtempSync(join(tmpdir(), 'lockstep-known-'));
      const path = join(folder, 'known_hosts');
      writeFileSync(
        path,
        `known-a.example ${first?.publicKey ?? ''}\n[192.0.2.50]:2022 ${second?.publicKey ?? ''}\nnobody.example ${third?.publicKey ?? ''}\n`,
      );
      execFileSync('ssh-keygen', ['-H', '-f', path], { stdio: 'pipe' });
      const text = `${readFileSync(path, 'utf8')}known-c.example,other ${third?.publicKey ?? ''}\n@revoked x ${third?.publicKey ?? ''}\ngarbage\n`;
      rmSync(folder, { recursive: true });

      const { status, body } = await server.call<KnownHostsAnswer>('POST /connections/import-known-hosts', { text });
      expect(status).toBe(200);
      expect(body).toEqual({
        accepted: [
          { connectionId: a.id, name: a.name, fingerprint: first?.fingerprint },
          { connectionId: b.id, name: b.name, fingerprint: second?.fingerprint },
          { connectionId: c.id, name: c.name, fingerprint: third?.fingerprint },
        ],
        ignored: 3,
      });
      expect(await get(a.id)).toMatchObject({ hostKeyState: 'accepted' });
      expect((await server.hostKeys(b.id)).accepted).toMatchObject([
        { algorithm: 'ecdsa-sha2-nistp256', acceptedBy: 'ada' },
      ]);
      expect((await server.audited('host_keys.imported'))[0]?.detail).toMatchObject({ accepted: 3 });
    });

    it('does not add an outdated key beside an approved one of its type', async () => {
      const [now, old, other] = await Promise.all([
        generateSshKey(),
        generateSshKey(),
        generateSshKey({ type: 'ecdsa' }),
      ]);
      const { id } = await server.add({ name: 'current', host: 'current.example' });
      const bringIn = async (key: { publicKey: string }) =>
        (
          await server.call<KnownHostsAnswer>('POST /connections/import-known-hosts', {
            text: `current.example ${key.publicKey}`,
          })
        ).body;
      expect((await bringIn(now)).accepted).toHaveLength(1);
      expect(await bringIn(old)).toEqual({ accepted: [], ignored: 1 });
      expect((await bringIn(other)).accepted).toHaveLength(1);
      expect((await server.hostKeys(id)).accepted.map(({ fingerprint }) => fingerprint).sort()).toEqual(
        [now.fingerprint, other.fingerprint].sort(),
      );
    });

    it('refuses a text without any', async () => {
      expect(
        (await server.call<Problem>('POST /connections/import-known-hosts', { text: 'hello' })).body,
      ).toMatchObject({ status: 422, code: 'IMPORT_UNREADABLE' });
    });
  });
});
