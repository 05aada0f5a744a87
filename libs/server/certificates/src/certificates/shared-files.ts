import { posix } from 'node:path';
import { type EntityManager } from 'typeorm';
import type { DeploymentTargetEntity } from '../model/deployment-target.entity.js';

type Files = Pick<DeploymentTargetEntity, 'connectionId' | 'certificatePath' | 'keyPath'> & {
  readonly chainPath?: string | null | undefined;
};

interface OtherFiles extends Files {
  readonly certificateId: number;
  readonly name: string;
}

/** A file of a target into which another certificate is put as well. */
export interface SharedFile {
  readonly field: 'certificatePath' | 'keyPath' | 'chainPath';
  readonly path: string;
  readonly otherName: string;
}

const fields = ['certificatePath', 'keyPath', 'chainPath'] as const;

/** Which files of which connections the certificates have. Two in one file would undo each other. */
export class FilesOfCertificates {
  private constructor(private readonly known: readonly OtherFiles[]) {}

  /** On these connections. */
  static async read(
    manager: Pick<EntityManager, 'query'>,
    connectionIds: readonly number[],
  ): Promise<FilesOfCertificates> {
    const known: OtherFiles[] = await manager.query(
      `SELECT t.connection_id AS "connectionId", t.certificate_id AS "certificateId", c.name,
         t.certificate_path AS "certificatePath", t.key_path AS "keyPath", t.chain_path AS "chainPath"
       FROM certificate_targets t JOIN certificates c ON c.id = t.certificate_id
       WHERE t.connection_id = ANY ($1) ORDER BY c.name, t.id`,
      [connectionIds],
    );
    return new FilesOfCertificates(known);
  }

  /** Those of a target that a certificate other than its own has too. */
  sharedBy(target: Files, certificateId: number): SharedFile[] {
    return fields.flatMap((field) => {
      const path = target[field];
      if (path == null) return [];
      const other = this.known.find(
        (one) => one.certificateId !== certificateId && one.connectionId === target.connectionId && hasFile(one, path),
      );
      return other ? [{ field, path, otherName: other.name }] : [];
    });
  }
}

/** However the paths are written. Where links lead is known on the host alone. */
export const hasFile = (files: Files, path: string): boolean =>
  fields.some((field) => files[field] != null && posix.normalize(files[field]) === posix.normalize(path));
