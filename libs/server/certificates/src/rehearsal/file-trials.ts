import type { X509Certificate } from 'node:crypto';
import type { ReadinessFinding } from '@lockstep/contract';
import { PkiError, keyFits, readCertificates } from '@lockstep/server-pki';
import { type FileFacts, type LoginRights, SshError } from '@lockstep/server-ssh';
import { type FilePlace, placeAt } from '../deployment/deployed-file.js';
import type { HostLink } from '../deployment/host-link.js';
import { realPathOf } from '../deployment/real-places.js';
import { type Trial, blocking, findingOf, warning, well } from './finding.js';

/** More is no key and no chain, and is not read. */
const mostBytes = 1_048_576;

/** What lies where the files of a target go. */
export interface FilesNow {
  readonly findings: readonly ReadinessFinding[];
  /** The leaf that lies there, where there is one. */
  readonly leaf: X509Certificate | undefined;
}

/** Where the files really are: links are followed, as a renewal does. A place that cannot be found is told and left out. */
export async function findRealPlaces(
  link: HostLink,
  places: readonly FilePlace[],
): Promise<{ places: FilePlace[]; findings: ReadinessFinding[] }> {
  const found: FilePlace[] = [];
  const findings: ReadinessFinding[] = [];
  for (const place of places) {
    const trial: Trial = { topic: 'file', tried: `Find ${place.path}` };
    const look = async (): Promise<ReadinessFinding[]> => {
      const path = await realPathOf(place.path, link);
      found.push(placeAt(place, path));
      return path === place.path ? [] : [well(trial, `It is a link to ${path}, which a renewal replaces.`)];
    };
    findings.push(...(await findingOf(trial, { advice: 'Correct the path in the certificate.', look })));
  }
  return { places: found, findings };
}

/** What is there now, and whether a renewal may replace it. Nothing is changed; a private key is compared and forgotten. */
export async function tryFiles(link: HostLink, places: readonly FilePlace[], rights: LoginRights): Promise<FilesNow> {
  const findings: ReadinessFinding[] = [];
  for (const place of places) {
    const facts = await link.sftp.look(place.path, link.limit).catch(unseen);
    findings.push(judgeFile(place, facts, rights));
    if (place.owner !== null || place.group !== null) findings.push(...(await tryOwner(link, place, rights)));
  }
  const pair = await readPair(link, places);
  return { findings: [...findings, ...pair.findings], leaf: pair.leaf };
}

/** A folder that this login may not enter is told as such. */
function unseen(error: unknown): null {
  if (error instanceof SshError && error.code === 'SFTP_UNAVAILABLE') return null;
  throw error;
}

function judgeFile(place: FilePlace, facts: FileFacts | null, rights: LoginRights): ReadinessFinding {
  const { path, kind, mode } = place;
  const trial: Trial = { topic: 'file', tried: `Replace ${path}` };
  if (facts === null) return well(trial, 'There is none yet; the first renewal makes it.');
  if (kind === 'key' && (facts.mode & 0o077 & ~mode) !== 0)
    return warning(trial, {
      found: `More logins may read this key than shall: its mode is ${octal(facts.mode)}; a renewal gives it ${octal(mode)}.`,
      advice: 'See that the server still reads it then; name owner, group and mode in the certificate if not.',
    });
  const keepsOwner = rights.uid === 0 || place.owner !== null || place.group !== null || facts.uid === rights.uid;
  if (keepsOwner) return well(trial, 'It is there and can be replaced.');
  return warning(trial, {
    found: `It belongs to another user (uid ${String(facts.uid)}) and will belong to ${rights.user} after a renewal.`,
    advice: 'See that the server reads files of this login; only root can give them to somebody else.',
  });
}

function tryOwner(link: HostLink, place: FilePlace, rights: LoginRights): Promise<ReadinessFinding[]> {
  const whom = `${place.owner ?? ''}${place.group === null ? '' : `:${place.group}`}`;
  const trial: Trial = { topic: 'owner', tried: `Give ${place.path} to ${whom}` };
  return findingOf(trial, {
    advice: 'Correct owner and group in the certificate, or make them on the host.',
    look: async () => {
      const owner = await link.files.ownerOf(place);
      const mayGive = owner === undefined || rights.uid === 0 || isOwn(owner, rights);
      if (mayGive) return well(trial, 'The host knows them, and this login may do that.');
      return blocking(trial, {
        found: `Only root may do that; the login is ${rights.user}.`,
        advice: `Log in as root, or name ${rights.user} as the owner with a group that it is in.`,
      });
    },
  });
}

const isOwn = ({ uid, gid }: { uid: number; gid: number }, rights: LoginRights): boolean =>
  uid === rights.uid && rights.groupIds.includes(gid);

/** Whether key and certificate that lie there belong together. */
async function readPair(link: HostLink, places: readonly FilePlace[]): Promise<FilesNow> {
  const [key, certificate] = (['key', 'certificate'] as const).map((kind) =>
    places.find((place) => place.kind === kind),
  );
  if (!key || !certificate) return { findings: [], leaf: undefined };
  const trial: Trial = { topic: 'file', tried: `Compare ${certificate.path} with ${key.path}` };
  const advice = 'See what the server reads now; a renewal replaces both files.';
  const [keyText, text] = await Promise.all([readText(link, key.path), readText(link, certificate.path)]);
  if (text === null) return { findings: [], leaf: undefined };
  try {
    const [leaf] = readCertificates(text);
    if (keyText === null) {
      const found = 'This login cannot read the key that is there, so nobody knows whether it fits.';
      return { findings: [warning(trial, { found, advice })], leaf };
    }
    const fits = keyFits(leaf, keyText);
    const until = leaf.validToDate.toISOString().slice(0, 10);
    const finding = fits
      ? well(trial, `They belong together; the certificate is valid until ${until}.`)
      : warning(trial, { found: 'The key that is there is not that of the certificate.', advice });
    return { findings: [finding], leaf };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { findings: [warning(trial, { found: error.message, advice })], leaf: undefined };
  }
}

/** Null: nothing that this login could read. */
async function readText(link: HostLink, path: string): Promise<string | null> {
  const facts = await link.sftp.look(path, link.limit).catch(unseen);
  if (facts === null || facts.size > mostBytes) return null;
  try {
    return (await link.sftp.read(path, link.limit)).toString();
  } catch (error) {
    return unseen(error);
  }
}

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0');
