import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { ReadinessFinding } from '@lockstep/contract';
import { type Challenge, type Solver } from '@lockstep/server-acme';
import { OperationFailure } from '@lockstep/server-operations';
import { AcmeAccounts } from '../acme/acme-accounts.js';
import { AcmeAuthorities } from '../acme/acme-authorities.js';
import { asOperationFailure, asProviderFailure } from '../acme/acme-failure.js';
import { type AcmeIssuerEntity } from '../acme/acme-issuer.js';
import { AcmeLedger } from '../acme/acme-ledger.js';
import { Solvers } from '../acme/solvers.js';
import { type Trial, findingOf, warning, well } from './finding.js';

/** Milliseconds for a CA to tell what it offers, and for a provider to put up a record or to take it away. */
const [requestMs, recordMs] = [30_000, 60_000];
const advice = 'Correct the issuer, or see what it says.';

/** Whether an ACME authority would issue, as far as that shows without an order: nothing there counts what is tried here. */
@Injectable()
export class AcmeTrials {
  constructor(
    private readonly accounts: AcmeAccounts,
    private readonly authorities: AcmeAuthorities,
    private readonly ledger: AcmeLedger,
    private readonly solvers: Solvers,
  ) {}

  /** The CA answers, takes us, and has tries left for these names. */
  async tryAuthority(
    issuer: AcmeIssuerEntity,
    domains: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadinessFinding[]> {
    const trial: Trial = { topic: 'issuer', tried: `Ask ${new URL(issuer.acme.directoryUrl).host} what it offers` };
    return findingOf(trial, {
      advice,
      look: async () => {
        await this.ledger.assertAllowed(issuer, domains);
        const until = await this.accounts.pausedUntil(issuer.id);
        if (until) {
          const found = `It asked to be left alone until ${until.toISOString()}; a renewal waits until then.`;
          return warning(trial, { found, advice: 'Wait.' });
        }
        const limit = { deadlineMs: requestMs, signal };
        const { isRegistered } = await failingPlainly(this.authorities.look(issuer, limit), asOperationFailure);
        return well(
          trial,
          isRegistered ? 'It answers, and knows our account.' : 'It answers; the first renewal opens the account.',
        );
      },
    });
  }

  /** Puts up a record as a challenge would, beside what is there, and takes it away whatever happens. */
  async tryDns(issuer: AcmeIssuerEntity, domains: readonly string[], signal: AbortSignal): Promise<ReadinessFinding[]> {
    const findings: ReadinessFinding[] = [];
    for (const identifier of new Set(domains.map((name) => name.replace(/^\*\./, '')))) {
      const location = `_acme-challenge.${identifier}`;
      const trial: Trial = { topic: 'challenge', tried: `Put a TXT record at ${location} and take it away` };
      const challenge: Challenge = {
        kind: 'dns-01',
        identifier,
        location,
        content: randomBytes(24).toString('base64url'),
      };
      const look = async (): Promise<ReadinessFinding> => {
        const open = await failingPlainly(this.solvers.open(issuer, 0), asDnsFailure);
        try {
          await failingPlainly(putAndTake(open.solver, challenge, signal), asDnsFailure);
        } finally {
          await open.close();
        }
        return well(trial, 'The provider did both.');
      };
      findings.push(...(await findingOf(trial, { advice: 'Correct the DNS provider of the issuer.', look })));
    }
    return findings;
  }

  /** Whether each name leads anywhere, as far as this resolver knows: the CA may ask others. */
  async tryNames(domains: readonly string[]): Promise<ReadinessFinding[]> {
    return Promise.all(
      domains
        .filter((name) => isIP(name) === 0 && !name.startsWith('*.'))
        .map(async (name) => {
          const trial: Trial = { topic: 'challenge', tried: `Look up ${name}` };
          try {
            const found = await lookup(name, { all: true });
            return well(trial, `It leads to ${found.map(({ address }) => address).join(', ')}.`);
          } catch {
            const why = 'Lockstep finds no address for it; the authority needs one to look at port 80 there.';
            return warning(trial, { found: why, advice: 'See that the name is in the public DNS.' });
          }
        }),
    );
  }
}

/** Taken away also when it was stopped, or when nobody knows whether it was put up. */
async function putAndTake(solver: Solver, challenge: Challenge, signal: AbortSignal): Promise<void> {
  try {
    await solver.present(challenge, AbortSignal.any([signal, AbortSignal.timeout(recordMs)]));
  } catch (error) {
    await solver.withdraw(challenge, AbortSignal.timeout(recordMs)).catch(() => undefined);
    throw error;
  }
  await solver.withdraw(challenge, AbortSignal.timeout(recordMs));
}

const asDnsFailure = (error: unknown): unknown => asOperationFailure(asProviderFailure(error));

async function failingPlainly<Value>(work: Promise<Value>, explain: (error: unknown) => unknown): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    const plain = explain(error);
    throw plain instanceof Error && plain.name === 'TimeoutError'
      ? new OperationFailure('DNS_REFUSED', 'The DNS provider did not answer in time.', { cause: error })
      : plain;
  }
}
