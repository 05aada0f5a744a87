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

interface Place {
  readonly path: string;
  readonly folder: string;
  /** Where it lies until the switch, in the same folder. */
  readonly staged: string;
  /** Where what it replaces lies until the new one is verified. */
  readonly backup: string;
  /** How the names of both begin, also those of other versions. */
  readonly mark: string;
}

/** A file that is to be put in place. */
export interface DeployedFile extends Place {
  readonly tag: Pick<Material, 'certificateId' | 'number'>;
  readonly content: Buffer;
  readonly sha256: string;
  /** Permission bits. */
  readonly mode: number;
  readonly owner: string | null;
  readonly group: string | null;
}

const privateMode = 0o600;
const publicMode = 0o644;

/** The files of a target: the key first, because a certificate without its key is of no use. */
export function filesOf(target: DeploymentTargetEntity, material: Material): DeployedFile[] {
  const { leaf, chain, key } = material;
  const keyMode = target.mode === null ? privateMode : Number.parseInt(target.mode, 8);
  const file = (path: string, text: string, mode: number): DeployedFile =>
    toFile({ path, content: Buffer.from(text), mode }, { target, material });
  return [
    file(target.keyPath, key, keyMode),
    file(target.certificatePath, `${leaf}${chain}`, publicMode),
    ...(target.chainPath === null ? [] : [file(target.chainPath, chain, publicMode)]),
  ];
}

function toFile(
  { path, content, mode }: Pick<DeployedFile, 'path' | 'content' | 'mode'>,
  { target, material }: { target: DeploymentTargetEntity; material: Material },
): DeployedFile {
  const { owner, group } = target;
  const tag = { certificateId: material.certificateId, number: material.number };
  return { ...placeOf(path, tag), tag, content, sha256: sha256Of(content), mode, owner, group };
}

function placeOf(path: string, { certificateId, number }: DeployedFile['tag']): Place {
  const folder = posix.dirname(path);
  const mark = `.${posix.basename(path)}.lockstep-${String(certificateId)}-`;
  const name = posix.join(folder, `${mark}${String(number)}`);
  return { path, folder, mark, staged: `${name}.new`, backup: `${name}.old` };
}

/** The same file where a symbolic link leads: the link stays, and what it leads to is changed. */
export const leadTo = (file: DeployedFile, path: string): DeployedFile => ({ ...file, ...placeOf(path, file.tag) });

export const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
