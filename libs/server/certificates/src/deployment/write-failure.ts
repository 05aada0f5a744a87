import { OperationFailure } from '@lockstep/server-operations';
import { type SftpSession, SshError, type StageLimit } from '@lockstep/server-ssh';
import type { DeployedFile } from './deployed-file.js';

/** SSH_FX_NO_SUCH_FILE, SSH_FX_PERMISSION_DENIED, SSH_FX_FAILURE (draft-ietf-secsh-filexfer-02 §7). */
const [noSuchFile, permissionDenied, unspecified] = [2, 3, 4];

/**
 * Names the cause of an SFTP refusal about a file: SFTP says only "failure" for a full disk, so the file system itself is
 * asked. What is no such refusal is answered as it is.
 */
export async function explainRefusal(
  error: unknown,
  { path, folder, content, owner, group }: DeployedFile,
  { sftp, limit }: { sftp: SftpSession; limit: StageLimit },
): Promise<unknown> {
  if (!(error instanceof SshError) || error.sftpStatus === undefined) return error;
  const more = { cause: error, ...(error.hostWords !== undefined && { hostWords: error.hostWords }) };
  const notWritable = (message: string): OperationFailure => new OperationFailure('FILE_NOT_WRITABLE', message, more);
  if (error.sftpStatus === noSuchFile) return notWritable(`There is no folder ${folder} on the host.`);
  if (error.sftpStatus === permissionDenied) {
    const whose = [owner, group].filter((name) => name !== null).join(':');
    const giving = whose === '' ? '' : `, or may not give files to ${whose}`;
    return notWritable(`This login may not write into ${folder} as it should${giving}.`);
  }
  if (error.sftpStatus !== unspecified) return error;
  const room = await sftp.room(folder, limit).catch(() => null);
  if (room?.readOnly === true) return notWritable(`The file system of ${folder} is read-only.`);
  if (room && room.free < content.length + 4_096)
    return new OperationFailure('DISK_FULL', `The disk is full where ${path} shall be.`, more);
  return notWritable(`${path} cannot be written.`);
}
