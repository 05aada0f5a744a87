import type { Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import ssh2, { type Attributes, type SFTPWrapper } from 'ssh2';
import type { DemoMachine } from './demo-answers.js';
import { announceExtensions } from './sftp-extensions.js';

const { STATUS_CODE, flagsToString } = ssh2.utils.sftp;
const fsync = 'fsync@openssh.com';
/** More than Lockstep ever has open at once. */
const mostHandles = 64;
/** Bytes; keys and chains are smaller. */
const largestFile = 1_048_576;
const permissions = 0o7777;
/** Who logs in on a demo host, and owns all of its files. */
export const demoUserId = 1_000;

/** An open file, or a folder with those of its names that are still to be told. */
type Opened = { readonly file: FileHandle } | { readonly folder: string; names: string[] };

/** Serves the real files of a demo host, at the host's pace. What is not here, links and renames for example, is refused. */
export function serveSftp(sftp: SFTPWrapper, machine: DemoMachine): void {
  announceExtensions(sftp, [fsync]);
  new DemoSftp(sftp, machine).serve();
}

class DemoSftp {
  private readonly opened = new Map<number, Opened>();
  private lastHandle = 0;

  constructor(
    private readonly sftp: SFTPWrapper,
    private readonly machine: DemoMachine,
  ) {}

  serve(): void {
    this.servePaths();
    this.serveHandles();
    this.sftp.on('error', () => undefined);
    this.sftp.on('close', () => {
      for (const one of this.opened.values()) if ('file' in one) void one.file.close().catch(() => undefined);
    });
  }

  private servePaths(): void {
    const { sftp } = this;
    const { folder } = this.machine;
    sftp.on('REALPATH', (request, path) =>
      this.answer(request, () => {
        folder.at(path);
        sftp.name(request, [{ filename: folder.absolute(path), longname: '', attrs: noAttributes }]);
      }),
    );
    for (const kind of ['LSTAT', 'STAT'] as const)
      sftp.on(kind, (request: number, path: string) =>
        this.answer(request, async () => sftp.attrs(request, attributesOf(await lstat(folder.at(path))))),
      );
    sftp.on('MKDIR', (request, path, { mode = 0o755 }: Partial<Attributes>) =>
      this.change(request, () => mkdir(folder.at(path), mode & permissions)),
    );
    sftp.on('REMOVE', (request, path) => this.change(request, () => unlink(folder.at(path))));
    sftp.on('OPEN', (request, path, ...[flags, { mode = 0o600 }]: [number, Partial<Attributes>]) =>
      this.answer(request, async () => {
        const file = await open(folder.at(path), flagsToString(flags) ?? 'r', mode & permissions);
        sftp.handle(request, this.keep({ file }));
      }),
    );
    sftp.on('OPENDIR', (request, path) =>
      this.answer(request, async () => {
        const names = await readdir(folder.at(path));
        sftp.handle(request, this.keep({ folder: path, names }));
      }),
    );
  }

  private serveHandles(): void {
    const { sftp } = this;
    sftp.on('READ', (request, handle, ...[offset, length]: [number, number]) =>
      this.answer(request, async () => {
        const { bytesRead, buffer } = await this.file(handle).read({
          buffer: Buffer.alloc(Math.min(length, largestFile)),
          position: offset,
        });
        if (bytesRead === 0) sftp.status(request, STATUS_CODE.EOF);
        else sftp.data(request, buffer.subarray(0, bytesRead));
      }),
    );
    sftp.on('WRITE', (request, handle, ...[offset, data]: [number, Buffer]) =>
      this.change(request, async () => {
        if (offset + data.length > largestFile) throw new Refusal('EFBIG');
        await this.file(handle).write(data, 0, data.length, offset);
      }),
    );
    sftp.on('FSTAT', (request, handle) =>
      this.answer(request, async () => sftp.attrs(request, attributesOf(await this.file(handle).stat()))),
    );
    sftp.on('FSETSTAT', (request, handle, attributes) =>
      this.change(request, () => setAttributes(this.file(handle), attributes)),
    );
    sftp.on('READDIR', (request, handle) => this.answer(request, () => this.tellNames(request, handle)));
    sftp.on('CLOSE', (request, handle) => this.change(request, () => this.close(handle)));
    sftp.on('EXTENDED', (request, name, data) => {
      if (name === fsync) this.change(request, () => this.file(data.subarray(4)).sync());
      else sftp.status(request, STATUS_CODE.OP_UNSUPPORTED);
    });
  }

  /** All at once, then that there are no more. */
  private async tellNames(request: number, handle: Buffer): Promise<void> {
    const opened = this.find(handle);
    if (!('names' in opened)) throw new Refusal('ENOTDIR');
    const names = opened.names.splice(0);
    if (names.length === 0) {
      this.sftp.status(request, STATUS_CODE.EOF);
      return;
    }
    const { folder } = this.machine;
    const entries = names.map(async (filename) => {
      const path = `${folder.absolute(opened.folder)}/${filename}`;
      const attrs = await Promise.resolve()
        .then(() => lstat(folder.at(path)))
        .then(attributesOf, () => noAttributes);
      return { filename, longname: filename, attrs };
    });
    this.sftp.name(request, await Promise.all(entries));
  }

  private answer(request: number, work: () => Promise<void> | void): void {
    void pause(this.machine.plan.pace.sftp)
      .then(work)
      .catch((error: unknown) => this.sftp.status(request, statusOf(error)));
  }

  private change(request: number, work: () => Promise<unknown>): void {
    this.answer(request, async () => {
      await work();
      this.sftp.status(request, STATUS_CODE.OK);
    });
  }

  private keep(opened: Opened): Buffer {
    if (this.opened.size >= mostHandles) {
      if ('file' in opened) void opened.file.close();
      throw new Refusal('EMFILE');
    }
    this.lastHandle += 1;
    this.opened.set(this.lastHandle, opened);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(this.lastHandle);
    return handle;
  }

  private find(handle: Buffer): Opened {
    const opened = handle.length === 4 ? this.opened.get(handle.readUInt32BE(0)) : undefined;
    if (!opened) throw new Refusal('EBADF');
    return opened;
  }

  private file(handle: Buffer): FileHandle {
    const opened = this.find(handle);
    if (!('file' in opened)) throw new Refusal('EISDIR');
    return opened.file;
  }

  private async close(handle: Buffer): Promise<void> {
    const opened = this.find(handle);
    this.opened.delete(handle.readUInt32BE(0));
    if ('file' in opened) await opened.file.close();
  }
}

class Refusal extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** A login without root's rights gives no files away. */
async function setAttributes(file: FileHandle, { mode, uid, gid }: Partial<Attributes>): Promise<void> {
  if ((uid ?? demoUserId) !== demoUserId || (gid ?? demoUserId) !== demoUserId) throw new Refusal('EPERM');
  if (mode !== undefined) await file.chmod(mode & permissions);
}

const noAttributes: Attributes = { mode: 0, uid: demoUserId, gid: demoUserId, size: 0, atime: 0, mtime: 0 };

const attributesOf = ({ mode, size, atimeMs, mtimeMs }: Stats): Attributes => ({
  ...noAttributes,
  mode,
  size,
  atime: Math.floor(atimeMs / 1_000),
  mtime: Math.floor(mtimeMs / 1_000),
});

/** As OpenSSH tells an errno (draft-ietf-secsh-filexfer-02 §7). */
function statusOf(error: unknown): number {
  const { code } = error as { readonly code?: unknown };
  if (code === 'ENOENT' || code === 'ENOTDIR') return STATUS_CODE.NO_SUCH_FILE;
  if (code === 'EACCES' || code === 'EPERM') return STATUS_CODE.PERMISSION_DENIED;
  return STATUS_CODE.FAILURE;
}
