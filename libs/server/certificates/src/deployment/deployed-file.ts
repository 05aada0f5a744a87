import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { DeploymentTargetEntity } from '../model/deployment-target.entity.js';

/** What a version puts on a host. All PEM. */
export interface Material {
  readonly certificateId: number;
  readonly number: number;
  readonly key: string;
  readonly leaf: string;
  readonly chain: string;
}

/** Where a file of a target goes, and whose it shall be. */
export interface FilePlace {
  readonly kind: 'key' | 'certificate' | 'chain';
  readonly path: string;
  readonly folder: string;
  /** Permission bits. */
  readonly mode: number;
  readonly owner: string | null;
  readonly group: string | null;
}

interface Names {
  /** Where it lies until the switch, in the same folder. */
  readonly staged: string;
  /** Where what it replaces lies until the new one is verified. */
  readonly backup: string;
  /** How the names of both begin, also those of other versions. */
  readonly mark: string;
}

/** A file that is to be put in place. */
export interface DeployedFile extends FilePlace, Names {
  readonly tag: Pick<Material, 'certificateId' | 'number'>;
  readonly content: Buffer;
  readonly sha256: string;
}

/** How the names of all staged files end. */
export const stagedSuffix = '.new';
const privateMode = 0o600;
const publicMode = 0o644;

/** The key first, because a certificate without its key is of no use. */
export function placesOf(target: DeploymentTargetEntity): FilePlace[] {
  const { owner, group } = target;
  const keyMode = target.mode === null ? privateMode : Number.parseInt(target.mode, 8);
  const place = (kind: FilePlace['kind'], path: string): FilePlace => {
    const mode = kind === 'key' ? keyMode : publicMode;
    return { kind, path, folder: posix.dirname(path), mode, owner, group };
  };
  return [
    place('key', target.keyPath),
    place('certificate', target.certificatePath),
    ...(target.chainPath === null ? [] : [place('chain', target.chainPath)]),
  ];
}

/** The files of a target. */
export function filesOf(target: DeploymentTargetEntity, material: Material): DeployedFile[] {
  const { certificateId, number, leaf, chain, key } = material;
  const texts = { key, certificate: `${leaf}${chain}`, chain };
  const tag = { certificateId, number };
  return placesOf(target).map((place) => {
    const content = Buffer.from(texts[place.kind]);
    return { ...place, ...namesOf(place, tag), tag, content, sha256: sha256Of(content) };
  });
}

function namesOf({ path, folder }: FilePlace, { certificateId, number }: DeployedFile['tag']): Names {
  const mark = `.${posix.basename(path)}.lockstep-${String(certificateId)}-`;
  const name = posix.join(folder, `${mark}${String(number)}`);
  return { mark, staged: `${name}${stagedSuffix}`, backup: `${name}.old` };
}

/** The same place where a symbolic link leads. */
export const placeAt = <Place extends FilePlace>(place: Place, path: string): Place => ({
  ...place,
  path,
  folder: posix.dirname(path),
});

/** The same file where a symbolic link leads: the link stays, and what it leads to is changed. */
export function leadTo(file: DeployedFile, path: string): DeployedFile {
  const place = placeAt(file, path);
  return { ...place, ...namesOf(place, file.tag) };
}

export const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
