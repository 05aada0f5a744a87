/**
 * acme-client without Lockstep: `client.auto` with an account that is known already, a request that is made already and the
 * same first wait between two looks as Lockstep's. It answers the challenge from memory and writes nothing down.
 */
import { createServer } from 'node:http';
import { globalAgent } from 'node:https';
import acme from 'acme-client';

export interface BareAcmeTask {
  readonly directoryUrl: string;
  readonly name: string;
}

/** The certificate with its chain, and its key: PEM. */
export interface BareAcmeAnswer {
  readonly ms: number;
  readonly certificate: string;
  readonly key: string;
}

const [address = '', port = ''] = process.argv.slice(2);
const patience = { backoffMin: 5, backoffMax: 1_000, backoffAttempts: 30 };
const proofs = new Map<string, string>();
let account: { accountKey: Buffer; accountUrl: string } | undefined;

async function register(directoryUrl: string): Promise<{ accountKey: Buffer; accountUrl: string }> {
  const accountKey = await acme.crypto.createPrivateEcdsaKey();
  const client = new acme.Client({ directoryUrl, accountKey });
  await client.createAccount({ termsOfServiceAgreed: true });
  return { accountKey, accountUrl: client.getAccountUrl() };
}

async function issue({ directoryUrl, name }: BareAcmeTask): Promise<BareAcmeAnswer> {
  account ??= await register(directoryUrl);
  const [key, csr] = await acme.crypto.createCsr({ altNames: [name] }, await acme.crypto.createPrivateEcdsaKey());
  // Renewals are days apart: each has a connection of its own, as Lockstep's has.
  globalAgent.destroy();
  const begin = performance.now();
  const client = new acme.Client({ directoryUrl, ...account, ...patience });
  const certificate = await client.auto({
    csr,
    skipChallengeVerification: true,
    challengeCreateFn: (_authorization, { token }, proof) => {
      proofs.set(`/.well-known/acme-challenge/${token}`, proof);
      return Promise.resolve();
    },
    challengeRemoveFn: (_authorization, { token }) => {
      proofs.delete(`/.well-known/acme-challenge/${token}`);
      return Promise.resolve();
    },
  });
  return { ms: performance.now() - begin, certificate, key: key.toString() };
}

process.on('message', (task: BareAcmeTask) => {
  void issue(task).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));

createServer((request, response) => {
  const proof = proofs.get(request.url ?? '');
  response.writeHead(proof === undefined ? 404 : 200).end(proof);
}).listen(Number(port), address, () => process.send?.({ ready: true }));
