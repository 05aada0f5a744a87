import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { ReadinessFinding } from '@lockstep/contract';
import type { Challenge } from '@lockstep/server-acme';
import { NetworkPolicy, SshError } from '@lockstep/server-ssh';
import { type HttpAnswer, fetchAsAuthority } from '../scan/http-fetch.js';
import { type Trial, blocking, notTried, warning, well } from './finding.js';
import { type ProofPath, inFewWords, showing } from './proof-path.js';

/** Milliseconds for each connection on the way to a name. */
const fetchMs = 10_000;

/** Proofs of our own: shown as a renewal shows those of the CA, looked at from here, and taken back. */
@Injectable()
export class ProofProbes {
  constructor(private readonly policy: NetworkPolicy) {}

  tryProofs(path: ProofPath): Promise<ReadinessFinding[]> {
    return path.solver.kind === 'dns-01' ? tryRecords(path) : this.tryFiles(path);
  }

  private async tryFiles(path: ProofPath): Promise<ReadinessFinding[]> {
    const { challenge: way } = path.issuer.acme;
    const token = randomBytes(24).toString('base64url');
    const identifier = path.domains[0] ?? '';
    const location = `/.well-known/acme-challenge/${token}`;
    const proof: Challenge = { kind: 'http-01', identifier, location, content: `${token}.readiness-check` };
    const folder = way.kind === 'http-01' && way.answeredBy === 'host' ? way.folder : null;
    const trial: Trial = {
      topic: 'challenge',
      tried: folder === null ? 'Answer as Lockstep' : `Put a proof below ${folder} and take it away`,
    };
    return showing(path, [proof], {
      trial,
      advice: 'Correct the folder or the connection in the issuer, or let this login write there.',
      look: async () => {
        const fetched = await Promise.all(path.domains.map((name) => this.fetchAt(name, { proof, folder, path })));
        return folder === null ? fetched : [well(trial, 'This login did both.'), ...fetched];
      },
    });
  }

  private async fetchAt(name: string, { proof, folder, path }: Fetched): Promise<ReadinessFinding> {
    const url = new URL(proof.location, `http://${isIPv6(name) ? `[${name}]` : name}`);
    const trial: Trial = { topic: 'challenge', tried: `Fetch a proof from port 80 of ${name}` };
    try {
      const answer = await fetchAsAuthority(url, this.policy, { deadlineMs: fetchMs, signal: path.signal });
      if (answer.status === 200 && answer.text.trimEnd() === proof.content)
        return well(trial, folder === null ? 'This Lockstep answers there.' : 'It is the one that was put there.');
      const { found, hostWords } = describe(answer, url);
      const advice =
        folder === null
          ? 'Lead /.well-known/acme-challenge/ of port 80 there to Lockstep.'
          : `See that port 80 there shows what lies below ${folder}.`;
      return blocking(trial, { found, hostWords, advice });
    } catch (error) {
      if (!(error instanceof SshError)) throw error;
      if (error.code === 'NETWORK_NOT_ALLOWED')
        return notTried(trial, { found: error.message, advice: 'The authority looks from elsewhere.' });
      const advice = 'The authority looks from elsewhere. See that it reaches port 80 of this name.';
      return warning(trial, { found: `Not seen from here: ${error.message}`, advice });
    }
  }
}

interface Fetched {
  readonly proof: Challenge;
  /** Null: Lockstep answers itself. */
  readonly folder: string | null;
  readonly path: ProofPath;
}

function describe({ url, status, server, text }: HttpAnswer, asked: URL): { found: string; hostWords: string } {
  const who = server === '' ? 'Something else' : `Something else (${server.slice(0, 100)})`;
  const where = url.href === asked.href ? '' : `, at ${url.href.slice(0, 200)}`;
  return { found: `${who} answers with status ${String(status)}${where}.`, hostWords: text };
}

/** Records beside what is there, one for each name: apex and wildcard share theirs. */
function tryRecords(path: ProofPath): Promise<ReadinessFinding[]> {
  const identifiers = [...new Set(path.domains.map((name) => name.replace(/^\*\./, '')))];
  const proofs = identifiers.map((identifier): Challenge => {
    const content = randomBytes(32).toString('base64url');
    return { kind: 'dns-01', identifier, location: `_acme-challenge.${identifier}`, content };
  });
  const places = inFewWords(proofs.map(({ location }) => location));
  const [what, them] = proofs.length === 1 ? ['a TXT record', 'it'] : ['TXT records', 'them'];
  const trial: Trial = { topic: 'challenge', tried: `Put ${what} at ${places} and take ${them} away` };
  return showing(path, proofs, {
    trial,
    advice: 'Correct the DNS provider of the issuer, or see what it says.',
    look: () => Promise.resolve(well(trial, `The provider did both, and the name servers of the zone showed ${them}.`)),
  });
}
