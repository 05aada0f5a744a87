import { readFile, readdir, readlink } from 'node:fs/promises';

/** Bytes of memory that a process holds (VmRSS of `/proc/<pid>/status`). */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

/** How many TCP sockets a process has, in any state, whose other end is the port on loopback. */
export async function socketsTo(pid: number, port: number): Promise<number> {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, '0');
  const table = await readFile(`/proc/${String(pid)}/net/tcp`, 'utf8');
  const inodes = new Set<string>();
  for (const line of table.split('\n').slice(1)) {
    const [, , remote, , , , , , , inode] = line.trim().split(/\s+/);
    if (remote?.endsWith(`:${hexadecimal}`) && inode !== undefined && inode !== '0') inodes.add(`socket:[${inode}]`);
  }
  const files = await readdir(`/proc/${String(pid)}/fd`);
  const targets = await Promise.all(files.map((file) => readlink(`/proc/${String(pid)}/fd/${file}`).catch(() => '')));
  return targets.filter((target) => inodes.has(target)).length;
}
