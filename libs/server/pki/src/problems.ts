import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import type { CertificateProblem } from '@lockstep/contract';
import { namesOf, signatureHashOf } from './facts.js';
import { isWeakKey, nameKey } from './keys.js';
import { readCertificates } from './pem.js';

export interface Circumstances {
  /** The names that it must be good for. */
  readonly names: readonly string[];
  readonly at: Date;
  /** Authorities that are trusted beside the well-known ones. */
  readonly roots?: readonly X509Certificate[];
}

/** What a careful client would object to. `chain` is what was sent, the leaf first. Empty: nothing. */
export function findProblems(
  chain: readonly [X509Certificate, ...X509Certificate[]],
  { names, at, roots = [] }: Circumstances,
): CertificateProblem[] {
  const [leaf] = chain;
  return [
    ...chain.flatMap((certificate) => findTimeProblems(certificate, at)),
    ...names.filter((name) => !covers(leaf, name)).map((name) => nameProblem(leaf, name)),
    ...findChainProblems(chain, roots),
    ...chain.flatMap(findWeakness),
  ];
}

/** Whether the certificate is good for a name (RFC 9525 §6.3) or an address; a wildcard is good for itself alone. */
export function covers(certificate: X509Certificate, name: string): boolean {
  if (name.startsWith('*.')) return namesOf(certificate).includes(name.toLowerCase());
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  return certificate.checkHost(name, { subject: 'never', partialWildcards: false }) !== undefined;
}

const nameProblem = (leaf: X509Certificate, name: string): CertificateProblem => ({
  code: 'name_mismatch',
  message: `It is for ${namesOf(leaf).join(', ') || 'no name at all'}, not for ${name}.`,
});

function findTimeProblems(certificate: X509Certificate, at: Date): CertificateProblem[] {
  const { validFromDate, validToDate } = certificate;
  const who = commonName(certificate);
  if (validToDate <= at) return [{ code: 'expired', message: `${who} expired on ${validToDate.toISOString()}.` }];
  if (validFromDate <= at) return [];
  return [{ code: 'not_yet_valid', message: `${who} is valid only from ${validFromDate.toISOString()}.` }];
}

function findWeakness(certificate: X509Certificate): CertificateProblem[] {
  const who = commonName(certificate);
  const problems: CertificateProblem[] = [];
  if (isWeakKey(certificate.publicKey)) {
    problems.push({
      code: 'weak_key',
      message: `${who} has a key that is too weak: ${nameKey(certificate.publicKey)}.`,
    });
  }
  // Nobody checks the signature of a root: it is trusted for being there.
  if (!isSelfSigned(certificate) && /^(?:MD|SHA-?1$)/i.test(signatureHashOf(certificate))) {
    problems.push({ code: 'weak_signature', message: `${who} is signed with ${signatureHashOf(certificate)}.` });
  }
  return problems;
}

function findChainProblems(
  chain: readonly [X509Certificate, ...X509Certificate[]],
  roots: readonly X509Certificate[],
): CertificateProblem[] {
  const way = walk(chain);
  const last = way.at(-1) ?? chain[0];
  const problems: CertificateProblem[] = [];
  if (way.some((certificate, index) => certificate !== chain[index])) {
    problems.push({ code: 'chain_out_of_order', message: 'The chain is not sent in order, each signed by the next.' });
  }
  if (isTrusted(last, roots)) return problems;
  const issuer = onlyName(last.issuer);
  if (isSelfSigned(last)) {
    problems.push({ code: 'unknown_authority', message: `${commonName(last)} is not a well-known authority.` });
  } else if (last === chain[0]) {
    problems.push({ code: 'incomplete_chain', message: `The certificate of its issuer, ${issuer}, is not sent.` });
  } else {
    problems.push({
      code: 'unknown_authority',
      message: `${issuer}, which signed the last one that is sent, is neither sent nor well-known.`,
    });
  }
  return problems;
}

/** From the leaf to the last whose issuer is not there, by who signed whom. */
export function walk(chain: readonly [X509Certificate, ...X509Certificate[]]): X509Certificate[] {
  const way: X509Certificate[] = [chain[0]];
  for (;;) {
    const last = way.at(-1) ?? chain[0];
    const next = chain.find((candidate) => !way.includes(candidate) && hasSigned(candidate, last));
    if (next === undefined || isSelfSigned(last)) return way;
    way.push(next);
  }
}

const hasSigned = (issuer: X509Certificate, subject: X509Certificate): boolean =>
  subject.checkIssued(issuer) && subject.verify(issuer.publicKey);

/** Whether it is a root, or signed by nobody else. */
export const isSelfSigned = (certificate: X509Certificate): boolean => hasSigned(certificate, certificate);

function isTrusted(last: X509Certificate, roots: readonly X509Certificate[]): boolean {
  const known = [...roots, ...(wellKnownBySubject().get(last.issuer) ?? [])];
  return known.some((root) => root.fingerprint256 === last.fingerprint256 || hasSigned(root, last));
}

let wellKnown: Map<string | undefined, X509Certificate[]> | undefined;

/** The authorities that Node trusts, read once when first needed: that takes a few milliseconds. */
function wellKnownBySubject(): Map<string | undefined, X509Certificate[]> {
  wellKnown ??= Map.groupBy(readCertificates(rootCertificates.join('\n')), ({ subject }) => subject);
  return wellKnown;
}

const onlyName = (name: string | undefined): string => /^CN=(.*)$/m.exec(name ?? '')?.[1] ?? name ?? 'nobody';
const commonName = (certificate: X509Certificate): string =>
  onlyName(certificate.subject) || namesOf(certificate)[0] || 'It';
