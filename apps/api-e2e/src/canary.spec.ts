import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Connection, IssuedToken, Operation, Session, StartAnswer, User } from '@lockstep/contract';
import {
  type HookReceiver,
  type LockstepServer,
  type Mailbox,
  type Sshd,
  freePort,
  generateSshKey,
  runsAsRoot,
  startHookReceiver,
  startLockstep,
  startMailbox,
  startSshd,
  testAdministrator,
  waitUntil,
} from '@lockstep/server-testing';
import pg from 'pg';
import { Canary, keyLines } from './support/canaries.js';
import { useChannels } from './support/canary-channels.js';
import { secrets } from './support/canary-secrets.js';
import { useUploads } from './support/canary-uploads.js';
import { endAll } from './support/end-all.js';
import { openSession } from './support/rest-client.js';
import { ask, connect } from './support/socket-client.js';
import { Witness, dumpDatabase, readFolder } from './support/witness.js';

jest.setTimeout(120_000);

const masterKey = randomBytes(32).toString('base64');
const username = 'canary-keeper';

describe('a canary in every secret', () => {
  const canaries: Canary[] = Object.entries(secrets).map(([name, text]) => new Canary(name, text));
  /** What is told to the one who asks, and must be nowhere else. */
  const told: Canary[] = [];
  let server: LockstepServer | undefined;
  let sshd: Sshd | undefined;
  let mailbox: Mailbox;
  let hook: HookReceiver;
  let witness: Witness;
  let admin: string;
  let processes = '';
  const outcomes: Record<string, string> = {};

  beforeAll(async () => {
    const key = await generateSshKey({ passphrase: secrets.passphrase });
    sshd = await startSshd({ password: secrets.sshPassword, authorizedKeys: [key.publicKey] });
    mailbox = await startMailbox({ security: 'tls', login: { username: 'lockstep', password: secrets.smtpPassword } });
    hook = await startHookReceiver();
    server = await startLockstep({
      env: { LOCKSTEP_MASTER_KEY: masterKey, NODE_EXTRA_CA_CERTS: mailbox.certificatePath },
    });
    canaries.push(
      new Canary('private key', ...keyLines(key.privateKey)),
      new Canary('master key', masterKey, Buffer.from(masterKey, 'base64').toString('latin1')),
      new Canary('administrator password', testAdministrator.password),
    );
    witness = new Witness(server.url);
    witness.watchProcesses();
    const session = await openSession(server.url, testAdministrator);
    admin = session.token;
    told.push(new Canary('access token', session.token), new Canary('refresh cookie', session.cookie));
    await useUsers();
    await useConnections(key.privateKey);
    const uploads = await useUploads({ witness, admin, passphrase: secrets.uploadPassphrase });
    canaries.push(...uploads.canaries);
    outcomes['uploaded'] = uploads.origin;
    await useSockets();
    Object.assign(outcomes, await useChannels({ witness, admin, secrets, mailbox, hook }));
    await typeIntoWrongPlaces();
    await lookAtEverything();
    processes = witness.stopWatching();
  });
  afterAll(async () => {
    witness?.stopWatching();
    await endAll(server, sshd, mailbox, hook);
  });

  async function useUsers(): Promise<void> {
    const body = { username, password: secrets.userPassword, role: 'operator' };
    const user = await witness.say<User>('POST /users', { token: admin, body });
    const login = { body: { username, password: secrets.userPassword } };
    const { accessToken } = await witness.say<Session>('POST /auth/login', login, { listen: false });
    const change = { currentPassword: secrets.userPassword, password: secrets.changedPassword };
    await witness.say('POST /auth/password', { token: accessToken, body: change });
    await witness.say(`PATCH /users/${user.id}`, { token: admin, body: { password: secrets.setPassword } });
    await witness.say('POST /auth/login', { body: { username, password: secrets.triedPassword } });
    await witness.say('POST /auth/login', { body: { username: secrets.typedAsName, password: secrets.triedPassword } });
  }

  async function test(name: string, connectionId: number): Promise<void> {
    const line = `POST /connections/${connectionId}/test-connection`;
    const { operationId } = await witness.say<StartAnswer>(line, { token: admin });
    const operation = await waitUntil('the test ends', async () => {
      const found = await witness.say<Operation>(`GET /operations/${operationId}`, { token: admin });
      return found.completedAt === null ? undefined : found;
    });
    await witness.say(`GET /operations/${operationId}/events?after=0`, { token: admin });
    outcomes[name] = operation.errorCode ?? operation.status;
  }

  async function addConnection(name: string, more: Record<string, unknown>): Promise<number> {
    const at = {
      host: '127.0.0.1',
      port: sshd?.port,
      username: sshd?.username,
      hostKeyFingerprint: sshd?.hostKeyFingerprint,
    };
    const body = { name, ...at, ...more };
    return (await witness.say<Connection>('POST /connections', { token: admin, body })).id;
  }

  async function useConnections(privateKey: string): Promise<void> {
    const withPassword = { kind: 'password', password: secrets.sshPassword };
    const withWrongPassword = { kind: 'password', password: secrets.wrongSshPassword };
    const withKey = { kind: 'private_key', privateKey, passphrase: secrets.passphrase };
    await test('password', await addConnection('password', { credential: withPassword }));
    await test('key', await addConnection('key', { credential: withKey }));
    const wrong = await addConnection('wrong', { credential: withWrongPassword });
    await test('wrong password', wrong);
    await witness.say(`PATCH /connections/${wrong}`, { token: admin, body: { credential: withPassword } });
    await test('closed', await addConnection('closed', { credential: withKey, port: await freePort() }));
    await test(
      'unknown host key',
      await addConnection('unknown', { credential: withPassword, hostKeyFingerprint: undefined }),
    );
    const credential = { kind: 'password', password: secrets.importedPassword };
    const hosts = {
      format: 'ssh_config',
      text: 'Host imported\n  HostName imported.example\n',
      dryRun: false,
      credential,
    };
    await witness.say('POST /connections/import', { token: admin, body: hosts });
  }

  async function useSockets(): Promise<void> {
    const issued = await witness.say<IssuedToken>(
      'POST /tokens',
      { token: admin, body: { name: 'canary' } },
      { listen: false },
    );
    canaries.push(new Canary('API token', issued.token));
    witness.sent.push(issued.token);
    const client = await connect(server?.url ?? '', issued.token);
    client.io.engine.on('packet', ({ data }: { data?: unknown }) => witness.heard.push(String(data)));
    await ask(client, 'subscribe:activity', {});
    await ask(client, 'subscribe:connection', 1);
    await ask(client, 'subscribe:connection', { connectionId: 1, after: 0 });
    await ask(client, 'subscribe:connection', secrets.misplaced);
    await ask(client, 'authenticate', { token: secrets.forgedToken });
    await ask(client, 'authenticate', { token: issued.token });
    await test('watched', 1);
    client.disconnect();
    const refusal: unknown = await connect(server?.url ?? '', secrets.forgedToken).catch((error: unknown) => error);
    witness.heard.push(String(refusal), JSON.stringify(refusal));
    await witness.say('GET /auth/me', { token: issued.token });
    await witness.say('GET /auth/me', { token: secrets.forgedToken });
  }

  async function typeIntoWrongPlaces(): Promise<void> {
    const at = { host: '127.0.0.1', username: 'x' };
    const broken = `-----BEGIN OPENSSH PRIVATE KEY-----\n${secrets.brokenKey}\n-----END OPENSSH PRIVATE KEY-----\n`;
    const { privateKey } = await generateSshKey({ passphrase: 'another' });
    const tries: unknown[] = [
      { ...at, name: 'a', credential: { kind: 'private_key', privateKey: broken } },
      { ...at, name: 'b', credential: { kind: 'private_key', privateKey, passphrase: secrets.wrongPassphrase } },
      { ...at, name: 'c', credential: secrets.misplaced },
      { ...at, name: 'd', credential: { kind: secrets.misplaced } },
      { ...at, name: 'e', credential: { kind: 'password', password: [secrets.misplaced] } },
      { ...at, name: 'f', port: secrets.misplaced, credential: { kind: 'password', password: secrets.misplaced } },
      { ...at, name: 'password', credential: { kind: 'password', password: secrets.misplaced } },
    ];
    for (const body of tries) await witness.say('POST /connections', { token: admin, body });
    const cut = `{"username":"ada","password":"${secrets.misplaced}"`;
    await witness.say('POST /auth/login', { body: cut });
    await witness.say('POST /auth/login', { body: { username: ['x'], password: { text: secrets.misplaced } } });
    await witness.say('POST /auth/refresh', { cookie: secrets.forgedToken });
    await witness.say('GET /docs', { cookie: secrets.forgedToken });
    await witness.say('POST /users', {
      token: admin,
      body: { username: 'y', role: 'viewer', password: secrets.misplaced.slice(0, 5) },
    });
  }

  async function lookAtEverything(): Promise<void> {
    const paths = [
      '/connections',
      '/operations?limit=500',
      '/users',
      '/tokens',
      '/audit?limit=500',
      '/metrics',
      '/openapi.json',
      '/asyncapi.json',
      '/docs',
      '/auth/me',
      '/tags',
      '/certificates',
      '/certificates/inventory',
      '/certificates/1/versions',
      '/certificates/1/chain',
    ];
    for (const path of paths) await witness.say(`GET ${path}`, { token: admin });
    for (const id of [1, 2, 3]) {
      await witness.say(`GET /connections/${id}`, { token: admin });
      await witness.say(`GET /connections/${id}/host-keys`, { token: admin });
    }
  }

  const foundIn = (text: string, searched: readonly Canary[]): string[] =>
    searched.filter((canary) => canary.isIn(text)).map(({ name }) => name);

  it('was really used: what was asked for happened, and the search finds what was sent', () => {
    expect(outcomes).toEqual({
      uploaded: 'uploaded',
      password: runsAsRoot ? 'completed' : 'AUTHENTICATION_FAILED',
      key: 'completed',
      'wrong password': 'AUTHENTICATION_FAILED',
      closed: 'CONNECTION_REFUSED',
      'unknown host key': 'HOST_KEY_UNKNOWN',
      watched: runsAsRoot ? 'completed' : 'AUTHENTICATION_FAILED',
      'channel 0': 'email true',
      'channel 1': 'email false',
      'channel 2': 'slack true',
      'channel 3': 'webhook true',
      'channel 4': 'ntfy false',
    });
    const notSent = ['master key', 'administrator password', 'forgedToken'];
    const sent = foundIn(witness.sent.join('\n').replaceAll('\\n', '\n'), canaries);
    expect(sent.toSorted()).toEqual(
      canaries
        .map(({ name }) => name)
        .filter((name) => !notSent.includes(name))
        .toSorted(),
    );
    expect(witness.heard.length).toBeGreaterThan(60);
  });

  it('is in no answer and no frame', () => {
    expect(foundIn(witness.heard.join('\n'), canaries)).toEqual([]);
  });

  it('is not in the server’s log', () => {
    expect(server?.log()).toContain('Lockstep is ready');
    expect(foundIn(server?.log() ?? '', [...canaries, ...told])).toEqual([]);
  });

  it('is in no table', async () => {
    const dump = await dumpDatabase(server?.databaseUrl ?? '');
    for (const table of [
      'public.users',
      'public.credentials',
      'public.api_tokens',
      'public.notification_channels',
      'public.audit_entries',
      'public.operation_events',
    ]) {
      expect(dump).toContain(`${table} (`);
    }
    expect(foundIn(dump, [...canaries, ...told])).toEqual([]);
  });

  it('would be found in a table, as text and as bytes', async () => {
    const client = new pg.Client({ connectionString: server?.databaseUrl });
    await client.connect();
    await client.query('CREATE TABLE scratch (one text, two bytea)');
    await client.query('INSERT INTO scratch VALUES ($1, $2)', [
      `x${secrets.sshPassword}y`,
      Buffer.from(`xy${secrets.passphrase}`),
    ]);
    const dump = await dumpDatabase(server?.databaseUrl ?? '');
    await client.query('DROP TABLE scratch');
    await client.end();
    expect(foundIn(dump, canaries)).toEqual(['sshPassword', 'passphrase']);
  });

  it('is in no file of the data folder', async () => {
    expect(foundIn(await readFolder(server?.dataDirectory ?? ''), [...canaries, ...told])).toEqual([]);
  });

  it('is in no process list', () => {
    expect(processes).toContain('sshd');
    expect(foundIn(processes, [...canaries, ...told])).toEqual([]);
  });
});
