import { Injectable } from '@nestjs/common';
import { SshReach } from '@lockstep/server-connections';
import { SshError, type SshSession } from '@lockstep/server-ssh';
import { listeningScript, searchScript } from './host-search-scripts.js';

/** Milliseconds. Folders of a busy host take their time. */
const searchMs = 30_000;
/** Of what all files hold together, in characters. */
const mostOutput = 4_194_304;

/** A file as the host told of it: the certificates in it, in PEM, or why there are none to tell. */
export interface HostFile {
  readonly path: string;
  readonly pem: string;
  readonly state: 'read' | 'unreadable' | 'missing';
}

export interface HostFindings {
  /** Ports that somebody else than the host itself could reach. */
  readonly ports: readonly number[];
  readonly files: readonly HostFile[];
}

/** Asks hosts, over SSH, which ports listen and which files hold certificates. */
@Injectable()
export class HostSearch {
  constructor(private readonly reach: SshReach) {}

  /** Everything in the usual places, and what was named. Errors: SshError, or the signal's reason. */
  everything(connectionId: number, named: readonly string[], signal: AbortSignal): Promise<HostFindings> {
    return this.with(connectionId, signal, async (session) => ({
      ports: readPorts(await this.run(session, { script: listeningScript, signal })),
      files: await this.search(session, { what: 'usual', named, signal }),
    }));
  }

  /** These files alone. Errors: SshError, or the signal's reason. */
  files(connectionId: number, named: readonly string[], signal: AbortSignal): Promise<HostFile[]> {
    return this.with(connectionId, signal, (session) => this.search(session, { what: 'named', named, signal }));
  }

  /** Changes whenever what may make a host refuse or let in has changed. Errors: SshError */
  async wayTo(connectionId: number): Promise<string> {
    return (await this.reach.find(connectionId)).way;
  }

  private async with<Result>(
    connectionId: number,
    signal: AbortSignal,
    work: (session: SshSession) => Promise<Result>,
  ): Promise<Result> {
    const host = await this.reach.find(connectionId);
    if (host.platform === 'cisco_vos') throw new SshError('COMMAND_FAILED', 'Cisco VOS shows nobody its files.');
    const session = await this.reach.open(host, { signal });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }

  private async search(
    session: SshSession,
    { what, named, signal }: { what: 'usual' | 'named'; named: readonly string[]; signal: AbortSignal },
  ): Promise<HostFile[]> {
    const input = [what, ...named].map((line) => `${line}\n`).join('');
    return readFiles(await this.run(session, { script: searchScript, input, signal }));
  }

  private async run(
    session: SshSession,
    request: { script: string; input?: string; signal: AbortSignal },
  ): Promise<string> {
    const deadlineMs = this.reach.deadline(searchMs);
    const { code, stdout, stderr } = await session.runScript({ ...request, deadlineMs, maximumOutput: mostOutput });
    if (code !== 0)
      throw new SshError('COMMAND_FAILED', 'The host did not finish the search.', { hostWords: stderr.trim() });
    return stdout;
  }
}

function readFiles(text: string): HostFile[] {
  return text.split(/^lockstep:/m).flatMap((part) => {
    const found = /^(file|unreadable|missing)=([^\n]*)\n?([^]*)$/.exec(part);
    if (!found) return [];
    const [, kind, path = '', pem = ''] = found;
    return [{ path, pem, state: kind === 'file' ? 'read' : (kind as 'unreadable' | 'missing') }];
  });
}

/** `0100007F:1F90`: address and port, the address in words of four bytes of the host's own order. */
function readPorts(text: string): number[] {
  const ports = text.split('\n').flatMap((line) => {
    const [address = '', port = ''] = line.trim().split(':');
    return /^[0-9A-F]{8,32}$/.test(address) && !isLoopback(address) ? [Number.parseInt(port, 16)] : [];
  });
  return [...new Set(ports)].filter((port) => port > 0).sort((one, other) => one - other);
}

/** 127.0.0.0/8, the same within IPv6, and ::1, on a little-endian host. */
const isLoopback = (address: string): boolean => /^(?:0{16}FFFF0000)?[0-9A-F]{6}7F$|^0{24}01000000$/.test(address);
