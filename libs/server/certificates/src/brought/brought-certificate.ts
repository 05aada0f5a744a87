import type { X509Certificate } from 'node:crypto';
import { type FieldError, ProblemException } from '@lockstep/server-http';
import { PkiError, arrangeChain, findProblems, keyFits, namesOf, readBundle, toPem } from '@lockstep/server-pki';

/** What a person brings, and what it must be good for. */
export interface Brought {
  readonly text: string;
  readonly privateKey: string;
  readonly allowUnknownAuthority: boolean;
  /** Null: it may be for any names. */
  readonly names: readonly string[] | null;
  /** Authorities that are trusted beside the well-known ones. */
  readonly roots: readonly X509Certificate[];
}

/** As it is kept: leaf, chain in the order in which TLS sends it. */
export interface Suitable {
  readonly leaf: string;
  readonly chain: string;
  readonly names: readonly string[];
  readonly fingerprint: string;
}

/** Each objection tells what to do; all of them are told at once. @throws {ProblemException} VALIDATION_FAILED */
export function assertSuitable(brought: Brought): Suitable {
  const certificates = read(brought.text);
  const leaf = certificates.find((one) => keyFits(one, brought.privateKey));
  if (!leaf) throw invalid(certificates.length === 1 ? [otherKey(certificates)] : [noneFits(certificates)]);
  const names = telling(() => namesOf(leaf));
  const { chain, endsAtRoot } = arrangeChain(leaf, certificates);
  const objections = findObjections(chain, { ...brought, isKnown: brought.allowUnknownAuthority || endsAtRoot });
  if (names.length === 0) objections.push('It is for no name at all: names count in the SAN alone.');
  if (objections.length > 0) throw invalid(objections);
  const [, ...others] = chain;
  return { leaf: toPem([leaf]), chain: toPem(others), names, fingerprint: leaf.fingerprint256 };
}

/** @throws {ProblemException} VALIDATION_FAILED at that field */
export function telling<Value>(work: () => Value, field = 'certificate'): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw invalid([error.message], field);
  }
}

const read = (text: string): ReturnType<typeof readBundle> => telling(() => readBundle(text));

function findObjections(
  chain: readonly [X509Certificate, ...X509Certificate[]],
  { names, roots, isKnown }: Pick<Brought, 'names' | 'roots'> & { isKnown: boolean },
): string[] {
  const problems = findProblems(chain, { names: names ?? [], at: new Date(), roots });
  return problems.flatMap(({ code, message }) => {
    if (code !== 'incomplete_chain' && code !== 'unknown_authority') return [message];
    return isKnown ? [] : [`${message} Add the certificates of its authorities, or confirm that clients know it.`];
  });
}

const nameOf = (certificate: X509Certificate): string => certificate.subject.split('\n').at(-1) ?? '';
const otherKey = ([one]: readonly X509Certificate[]): string =>
  `It is for another key${one ? ` (${nameOf(one)})` : ''}: it must be signed on this request, and not on an earlier one.`;
const noneFits = (all: readonly X509Certificate[]): string =>
  `None of the ${String(all.length)} certificates is for this key: ${all.map(nameOf).join('; ')}.`;

function invalid(messages: readonly string[], field = 'certificate'): ProblemException {
  const errors = messages.map((message): FieldError => ({ path: `body.${field}`, message }));
  return new ProblemException('VALIDATION_FAILED', messages.join(' '), { errors });
}
