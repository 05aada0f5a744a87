import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { OfferedHostKey } from './keys/fingerprint.js';
import { type SshHandshake, exchangeKeys } from './link/handshake.js';
import type { ReadyCredential } from './link/login-attempt.js';
import type { SshSession } from './link/ssh-session.js';
import { connectSocket } from './network/connect-socket.js';
import type { NetworkPolicy } from './network/network-policy.js';
import { type ResolvedHost, resolveHost } from './network/resolve-host.js';
import { type ReadableCredential, readCredential } from './credential.js';
import { SshError } from './ssh-error.js';
import { abortReason } from './within-deadline.js';

/** The stages of reaching a host, in order. */
export type SshStage = 'resolve' | 'connect' | 'host_key' | 'authenticate';

/** Milliseconds for each stage. */
export type SshDeadlines = Readonly<Record<SshStage, number>>;

export const defaultDeadlines: SshDeadlines = {
  resolve: 10_000,
  connect: 10_000,
  host_key: 15_000,
  authenticate: 30_000,
};

export interface SshTarget {
  /** What people call it; in messages. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /**
   * Called at the login, so that the secret is in the open no longer than needed. Null: nothing is stored, which fails as
   * CREDENTIAL_MISSING before the host is bothered. May throw an SshError.
   */
  readonly credential: () => ReadableCredential | null;
  /** Types of the approved host keys, see `HandshakeRequest`. */
  readonly knownHostKeyTypes?: readonly string[];
  /** Decides about the key that the host proved to own, before any login is tried. Throws to refuse. */
  readonly verifyHostKey: (offered: OfferedHostKey) => Promise<void> | void;
  /** The jump host, itself perhaps behind another one. */
  readonly jump?: SshTarget;
}

export interface StageReport<Value> {
  readonly value: Value;
  /** A short sentence about how it went. */
  readonly message: string;
  /** What was found out; never a secret. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Wraps each stage, so that someone can watch: runs `work` and returns its value. */
export type StageObserver = <Value>(stage: SshStage, work: () => Promise<StageReport<Value>>) => Promise<Value>;

export interface OpenOptions {
  readonly policy: NetworkPolicy;
  readonly signal: AbortSignal;
  readonly deadlines?: SshDeadlines;
  /** Watches the stages of the target; those of its jump hosts are part of its `connect`. */
  readonly observe?: StageObserver;
}

interface Way {
  /** Opens the transport. */
  readonly open: () => Promise<Duplex>;
  readonly jump: SshSession | null;
}

const unwatched: StageObserver = async (_stage, work) => (await work()).value;
const maximumJumps = 8;
/** How often a host that drops new connections (sshd's MaxStartups) is tried, before it has said anything. */
const maximumDrops = 3;

/**
 * Reaches a host and logs in: resolve, connect, host key, authenticate, each with its own deadline. On any failure and
 * on abort every socket that was opened is closed. The session closes its jump hosts with itself.
 * Errors: SshError with a code of the contract's catalogue, or the signal's reason.
 */
export async function openSshSession(target: SshTarget, options: OpenOptions): Promise<SshSession> {
  refuseLoops(target);
  const { signal } = options;
  const observe = options.observe ?? unwatched;
  const deadlines = options.deadlines ?? defaultDeadlines;
  const limit = (stage: SshStage): { deadlineMs: number; signal: AbortSignal } => ({
    deadlineMs: deadlines[stage],
    signal,
  });
  const opened: { destroy: () => unknown }[] = [];
  const keep = <Value extends { destroy: () => unknown }>(value: Value): Value => {
    opened.push(value);
    return value;
  };
  let way: Way | undefined;
  try {
    const route = await observe('resolve', () => resolve(target, { ...options, limit: limit('resolve') }));
    const reached = await observe('connect', async () => {
      way = await findWay(target, { route, options, deadlines });
      const begun = performance.now();
      const transport = keep(await way.open());
      return connected(transport, { ms: performance.now() - begun, jump: target.jump });
    });
    const handshake = await observe('host_key', () => greet(target, { first: reached, way, limit: limit('host_key') }));
    keep(handshake);
    const session = await observe('authenticate', () => logIn(target, { handshake, limit: limit('authenticate') }));
    keep(session);
    if (signal.aborted) throw abortReason(signal);
    const { jump } = way ?? {};
    if (jump) session.onLost(() => jump.destroy());
    return session;
  } catch (error) {
    for (const each of opened) each.destroy();
    way?.jump?.destroy();
    throw error;
  }
}

function refuseLoops(target: SshTarget): void {
  const seen = new Set<SshTarget>();
  for (let hop: SshTarget | undefined = target; hop; hop = hop.jump) {
    if (seen.has(hop) || seen.size > maximumJumps) {
      throw new SshError(
        'JUMP_HOST_FAILED',
        `The jump hosts of ${target.name} lead round in a circle, or through more than ${String(maximumJumps)}.`,
      );
    }
    seen.add(hop);
  }
}

type Limit = { readonly deadlineMs: number; readonly signal: AbortSignal };

async function resolve(
  target: SshTarget,
  options: OpenOptions & { limit: Limit },
): Promise<StageReport<ResolvedHost | null>> {
  const { host, port, jump } = target;
  if (jump) {
    const verdict = options.policy.checkBeyondJump(host, port);
    if (!verdict.allowed)
      throw new SshError('NETWORK_NOT_ALLOWED', `Lockstep may not reach ${host}: ${verdict.reason}.`);
    return { value: null, message: `${jump.name} resolves the name`, facts: { jumpHost: jump.name } };
  }
  const route = await resolveHost({ host, port, policy: options.policy }, options.limit);
  const addresses = route.addresses.map(({ address }) => address);
  return { value: route, message: addresses.join(', '), facts: { addresses } };
}

async function findWay(
  target: SshTarget,
  context: { route: ResolvedHost | null; options: OpenOptions; deadlines: SshDeadlines },
): Promise<Way> {
  const { route, options, deadlines } = context;
  const limit = { deadlineMs: deadlines.connect, signal: options.signal };
  if (route) return { jump: null, open: () => connectSocket(route, limit) };
  if (!target.jump) throw new SshError('INTERNAL', 'A target without a route and without a jump host.');
  const { jump: jumpTarget } = target;
  try {
    const jump = await openSshSession(jumpTarget, { policy: options.policy, signal: options.signal, deadlines });
    return { jump, open: () => jump.openTunnel(target, limit) };
  } catch (error) {
    if (!(error instanceof SshError)) throw error;
    const details = { hostWords: error.hostWords, cause: error };
    throw new SshError(
      'JUMP_HOST_FAILED',
      `The jump host ${jumpTarget.name} could not be used: ${error.message}`,
      details,
    );
  }
}

function connected(transport: Duplex, how: { ms: number; jump: SshTarget | undefined }): StageReport<Duplex> {
  const connectMs = Math.round(how.ms * 10) / 10;
  const { remoteAddress } = transport as { remoteAddress?: string };
  const address = remoteAddress === undefined ? {} : { address: remoteAddress };
  const through = how.jump ? `through ${how.jump.name} ` : '';
  return { value: transport, message: `${through}in ${String(connectMs)} ms`, facts: { ...address, connectMs } };
}

async function greet(
  target: SshTarget,
  context: { first: Duplex; way: Way | undefined; limit: Limit },
): Promise<StageReport<SshHandshake>> {
  const begun = performance.now();
  const handshake = await exchangePatiently(target, context);
  try {
    await target.verifyHostKey(handshake.hostKey);
    if (context.limit.signal.aborted) throw abortReason(context.limit.signal);
  } catch (error) {
    handshake.destroy();
    throw error;
  }
  const { algorithm, fingerprint } = handshake.hostKey;
  const facts = {
    ...handshake.facts,
    hostKeyType: algorithm,
    fingerprint,
    keyExchangeMs: Math.round(performance.now() - begun),
  };
  return { value: handshake, message: `${algorithm} ${fingerprint}`, facts };
}

/** A connection that was dropped before the host had said anything is made again, a little later each time. */
async function exchangePatiently(
  target: SshTarget,
  context: { first: Duplex; way: Way | undefined; limit: Limit },
): Promise<SshHandshake> {
  const { way, limit } = context;
  const end = performance.now() + limit.deadlineMs;
  let transport = context.first;
  for (let drops = 0; ; drops += 1) {
    const left = { ...limit, deadlineMs: Math.max(1, end - performance.now()) };
    try {
      return await exchangeKeys(
        { transport, username: target.username, knownHostKeyTypes: target.knownHostKeyTypes },
        left,
      );
    } catch (error) {
      const dropped = error instanceof SshError && error.beforeIdentification;
      if (!dropped || !way || drops >= maximumDrops) throw error;
      await delay((0.5 + Math.random()) * 300 * 2 ** drops, undefined, { signal: limit.signal }).catch(() => undefined);
      if (limit.signal.aborted) throw abortReason(limit.signal);
      transport = await way.open();
    }
  }
}

async function logIn(
  target: SshTarget,
  context: { handshake: SshHandshake; limit: Limit },
): Promise<StageReport<SshSession>> {
  const { handshake, limit } = context;
  let ready: ReadyCredential;
  try {
    ready = readCredential(target.credential());
  } catch (error) {
    handshake.destroy();
    throw error;
  }
  const begun = performance.now();
  const session = await handshake.authenticate({ username: target.username, credential: ready }, limit);
  const loginMs = Math.round(performance.now() - begun);
  const method = ready.kind === 'password' ? 'password' : ready.key.type;
  return { value: session, message: `as ${target.username} by ${method}`, facts: { loginMs, loginMethod: method } };
}
