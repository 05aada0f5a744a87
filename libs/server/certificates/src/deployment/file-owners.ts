import { OperationFailure } from '@lockstep/server-operations';
import type { FileFacts, SftpSession, SshSession, StageLimit } from '@lockstep/server-ssh';
import type { FilePlace } from './deployed-file.js';
import { type HostFacts, askHost } from './host-facts.js';

/** By numbers. */
export type Owner = Pick<FileFacts, 'uid' | 'gid'>;
type Told = Pick<FilePlace, 'owner' | 'group'>;

/** Whose the files on one host shall be. A name is asked for once. */
export class FileOwners {
  private readonly asked = new Map<string, Promise<HostFacts>>();

  constructor(
    private readonly session: SshSession,
    private readonly sftp: SftpSession,
    private readonly limit: StageLimit,
  ) {}

  /** Whether a file that is there is whose it is told to be. */
  async fits({ owner, group }: Told, { uid, gid }: Owner): Promise<boolean> {
    const told = await this.numbers({ owner, group });
    return (owner === null || told.uid === uid) && (group === null || told.gid === gid);
  }

  /**
   * As told; else whoever owns what is there now, because only root gives files away; else this login, which is undefined
   * where nothing has to be done for it. Errors: OperationFailure FILE_NOT_WRITABLE; SshError.
   */
  async wanted({ owner, group }: Told, live: Owner | null): Promise<Owner | undefined> {
    const home = await this.sftp.look('.', this.limit);
    const usual = home?.uid === 0 ? (live ?? home) : home;
    if (owner === null && group === null) return usual === home ? undefined : (usual ?? undefined);
    const { uid, gid } = await this.numbers({ owner, group });
    const unknown = owner !== null && uid === null ? owner : group !== null && gid === null ? group : null;
    if (unknown !== null)
      throw new OperationFailure('FILE_NOT_WRITABLE', `The host knows no user or group ${unknown}.`);
    return { uid: uid ?? usual?.uid ?? 0, gid: gid ?? usual?.gid ?? 0 };
  }

  private numbers({ owner, group }: Told): Promise<Pick<HostFacts, 'uid' | 'gid'>> {
    if (owner === null && group === null) return Promise.resolve({ uid: null, gid: null });
    const names = { owner: owner ?? '', group: group ?? '' };
    const key = `${names.owner}:${names.group}`;
    const asked = this.asked.get(key) ?? askHost(this.session, names, this.limit);
    this.asked.set(key, asked);
    return asked;
  }
}
