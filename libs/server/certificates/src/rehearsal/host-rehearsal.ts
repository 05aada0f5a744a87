import type { ReadinessFinding } from '@lockstep/contract';
import { type LoginRights, type NetworkPolicy, readLoginRights } from '@lockstep/server-ssh';
import type { X509Certificate } from 'node:crypto';
import { placesOf } from '../deployment/deployed-file.js';
import { distinct } from '../deployment/deployment.js';
import type { HostLink } from '../deployment/host-link.js';
import type { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { configurationTestFor, programOf, tryConfiguration } from './configuration-trials.js';
import { tryEndpoint } from './endpoint-trials.js';
import { findRealPlaces, tryFiles } from './file-trials.js';
import { tryFolders } from './folder-trials.js';
import { tryReload } from './reload-trials.js';

/** What a renewal would do on one host, tried without doing it. */
export class HostRehearsal {
  /** The leaf that lies at each target now. */
  private readonly leaves = new Map<number, X509Certificate>();

  private constructor(
    private readonly link: HostLink,
    private readonly targets: readonly DeploymentTargetEntity[],
    private readonly rights: LoginRights,
  ) {}

  /** Errors: SshError, or the signal's reason. */
  static async begin(link: HostLink, targets: readonly DeploymentTargetEntity[]): Promise<HostRehearsal> {
    const tests = targets.map((target) => programOf(configurationTestFor(target))?.[0] ?? 'systemctl');
    const programs = distinct(['systemctl', ...tests]);
    const rights = await readLoginRights(link.session, { ...link.limit, programs });
    return new HostRehearsal(link, targets, rights);
  }

  async files(): Promise<ReadinessFinding[]> {
    const targets = [];
    for (const target of this.targets)
      targets.push({ target, found: await findRealPlaces(this.link, placesOf(target)) });
    const folders = await tryFolders(
      this.link,
      targets.flatMap(({ found }) => found.places),
      this.rights,
    );
    const findings = [...targets.flatMap(({ found }) => found.findings), ...folders];
    for (const { target, found } of targets) {
      const now = await tryFiles(this.link, found.places, this.rights);
      findings.push(...now.findings);
      if (now.leaf) this.leaves.set(target.id, now.leaf);
    }
    return findings;
  }

  async configuration(): Promise<ReadinessFinding[]> {
    const tests = distinct(this.targets.map(configurationTestFor));
    return inOrder(tests, (test) => tryConfiguration(this.link, test, this.rights));
  }

  async reload(): Promise<ReadinessFinding[]> {
    const reloads = distinct(this.targets.map(({ reload }) => reload));
    return inOrder(reloads, (reload) => tryReload(this.link, reload, this.rights));
  }

  /** After `files`, which tells what lies there. */
  async endpoints(policy: NetworkPolicy, signal: AbortSignal): Promise<ReadinessFinding[]> {
    const trials = this.targets.flatMap(({ id, verify }) =>
      verify.map((endpoint) => ({ endpoint, leaf: this.leaves.get(id) })),
    );
    return Promise.all(trials.map((trial) => tryEndpoint(trial, policy, signal)));
  }
}

/** One after the other: a host takes only so many sessions at once. */
async function inOrder<Value>(
  values: readonly Value[],
  look: (value: Value) => Promise<ReadinessFinding[]>,
): Promise<ReadinessFinding[]> {
  const findings: ReadinessFinding[] = [];
  for (const value of values) findings.push(...(await look(value)));
  return findings;
}
