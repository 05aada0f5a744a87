import { setTimeout as pause } from 'node:timers/promises';
import ssh2, { type SFTPWrapper } from 'ssh2';
import { type DemoPlan, demoUser } from './demo-plans.js';

const { STATUS_CODE } = ssh2.utils.sftp;
const home = `/home/${demoUser}`;
/** More than Lockstep ever has open at once. */
const mostHandles = 64;

/** A file system in memory that takes files into its home folder and forgets them with the connection. */
export function serveSftp(sftp: SFTPWrapper, plan: DemoPlan): void {
  const files = new Set<string>();
  const open = new Map<number, string>();
  let lastHandle = 0;
  const later = (answer: () => void): void => {
    void pause(plan.pace.sftp).then(answer);
  };
  const status = (request: number, code: number): void => later(() => sftp.status(request, code));
  sftp.on('error', () => undefined);
  sftp.on('REALPATH', (request, path) => {
    const absolute = path === '.' || path === '' ? home : path;
    later(() => sftp.name(request, [{ filename: absolute, longname: absolute, attrs: attributes }]));
  });
  sftp.on('OPEN', (request, path) => {
    if (!path.startsWith(`${home}/`) || open.size >= mostHandles) {
      status(request, STATUS_CODE.PERMISSION_DENIED);
      return;
    }
    files.add(path);
    lastHandle += 1;
    open.set(lastHandle, path);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(lastHandle);
    later(() => sftp.handle(request, handle));
  });
  sftp.on('CLOSE', (request, handle) => {
    const known = handle.length === 4 && open.delete(handle.readUInt32BE(0));
    status(request, known ? STATUS_CODE.OK : STATUS_CODE.FAILURE);
  });
  sftp.on('REMOVE', (request, path) => status(request, files.delete(path) ? STATUS_CODE.OK : STATUS_CODE.NO_SUCH_FILE));
}

const attributes = { mode: 0o040755, uid: 1000, gid: 1000, size: 0, atime: 0, mtime: 0 };
