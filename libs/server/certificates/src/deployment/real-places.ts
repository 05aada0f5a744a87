import { OperationFailure } from '@lockstep/server-operations';
import type { SftpSession, StageLimit } from '@lockstep/server-ssh';
import { type DeployedFile, leadTo } from './deployed-file.js';
import { explainRefusal } from './write-failure.js';

/** The kind of a file in its mode (S_IFMT, S_IFDIR, S_IFLNK of inode(7)). */
const [kindOf, folder, link] = [0o170000, 0o040000, 0o120000];

interface Via {
  readonly sftp: SftpSession;
  readonly limit: StageLimit;
}

/**
 * The files where they really are: a symbolic link, as `live/` of certbot has them, stays one, and what it leads to is
 * changed. Targets that share a file have it once. Errors: OperationFailure FILE_NOT_WRITABLE; SshError.
 */
export async function findPlaces(files: readonly DeployedFile[], via: Via): Promise<DeployedFile[]> {
  const places = new Map<string, DeployedFile>();
  for (const asked of files) {
    const file = await follow(asked, via);
    const other = places.get(file.path);
    if (other && other.sha256 !== file.sha256)
      throw new OperationFailure(
        'FILE_NOT_WRITABLE',
        `${asked.path} leads to ${file.path}, which is for another file.`,
      );
    places.set(file.path, other ?? file);
  }
  return [...places.values()];
}

async function follow(file: DeployedFile, via: Via): Promise<DeployedFile> {
  try {
    const path = await realPathOf(file.path, via);
    return path === file.path ? file : leadTo(file, path);
  } catch (error) {
    throw await explainRefusal(error, file, via);
  }
}

/** Where a file really is, also one that is not there yet. Errors: OperationFailure FILE_NOT_WRITABLE; SshError. */
export async function realPathOf(path: string, { sftp, limit }: Via): Promise<string> {
  const found = await sftp.look(path, limit);
  const kind = (found?.mode ?? 0) & kindOf;
  if (kind === folder) throw new OperationFailure('FILE_NOT_WRITABLE', `${path} is a folder on the host.`);
  return kind === link ? sftp.realPath(path, limit) : path;
}
