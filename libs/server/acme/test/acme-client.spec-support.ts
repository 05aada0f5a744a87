import { generateKeyPairSync } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import { once } from 'node:events';
import { crypto } from 'acme-client';
import type { Pebble } from '@lockstep/server-testing';
import { AcmeAccount, type AccountOptions, type Challenge, type Solver, type StoredOrder } from '../src/index.js';

/** Enough for a CA on loopback. */
export const limit = { deadlineMs: 20_000 };

export const newAccountKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A signing request, PEM, made by other code than ours. */
export const signingRequest = async (names: string[]): Promise<string> =>
  (await crypto.createCsr({ altNames: names }, await crypto.createPrivateEcdsaKey()))[1].toString();

export async function registeredAccount(pebble: Pebble, options: Partial<AccountOptions> = {}): Promise<AcmeAccount> {
  const account = new AcmeAccount({
    directoryUrl: pebble.directoryUrl,
    accountKey: newAccountKey(),
    trustedRoots: [pebble.tls.certificate],
    ...options,
  });
  await account.register(['ada@example.test'], limit);
  return account;
}

/** A web server that shows the proofs, at the port where Pebble looks. */
export interface ProofServer extends Solver {
  readonly files: Map<string, string>;
  stop(): Promise<void>;
}

export async function startProofServer(port: number): Promise<ProofServer> {
  const files = new Map<string, string>();
  const server: Server = createServer((request, response) => {
    const content = files.get(request.url ?? '');
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    kind: 'http-01',
    files,
    present: async ({ location, content }) => void files.set(location, content),
    withdraw: async ({ location }) => void files.delete(location),
    stop: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/** Proves by the TXT records of Pebble's own DNS, which clears a name as a whole. */
export const challengeServerSolver = ({ dns }: Pebble): Solver & { readonly shown: Challenge[] } => {
  const shown: Challenge[] = [];
  return {
    kind: 'dns-01',
    shown,
    present: async (challenge) => {
      shown.push(challenge);
      await dns.setText(challenge.location, challenge.content);
    },
    withdraw: async (challenge) => {
      shown.splice(shown.indexOf(challenge), 1);
      await dns.clearText(challenge.location);
    },
  };
};

/** Where a caller would have its database: the order as text, so that nothing but JSON survives. */
export class OrderShelf {
  private text = '';
  readonly history: StoredOrder[] = [];

  readonly keep = async (order: StoredOrder): Promise<void> => {
    this.text = JSON.stringify(order);
    this.history.push(order);
  };

  read(): StoredOrder {
    return JSON.parse(this.text) as StoredOrder;
  }
}
