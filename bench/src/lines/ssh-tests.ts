import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestManyAnswer } from '@lockstep/contract';
import type { BareSshTask } from '../peers/bare-ssh.js';
import { type ReportLine, notMeasured, ratioLine, seconds, times } from '../report/report.js';
import { median } from '../report/statistics.js';
import { EndedOperations } from '../setup/ended-operations.js';
import { startLockstepUnderTest } from '../setup/lockstep.js';
import { PeerProcess } from '../setup/peer-process.js';
import { isInstalled, timeProgram } from '../setup/programs.js';
import type { FleetHost, SshFleet } from '../setup/ssh-fleet.js';
import type { Bench } from './bench-line.js';

const atOnce = 20;
const mostTimesBareSsh = 1.2;
const timesFasterThanAnsible = 5;

type Measure = () => Promise<number>;

/** Tests of fifty hosts, twenty at once, to the last `completed`, against three ways to do it without Lockstep. */
export async function sshTests(bench: Bench): Promise<ReportLine[]> {
  const fleet = await bench.fleet();
  const script = await readProbeScript();
  const lockstep = await lockstepTests(bench, fleet);
  const bare = await bareTests(bench, { fleet, script });
  const plain = plainSsh(fleet, script);
  const ansible = (await isInstalled('ansible', '--version')) ? await ansiblePing(bench, fleet) : undefined;
  await lockstep();
  await bare();
  const taken = { lockstep: [] as number[], bare: [] as number[], plain: [] as number[], ansible: [] as number[] };
  for (let round = 0; round < bench.rounds; round += 1) {
    taken.lockstep.push(await lockstep());
    taken.bare.push(await bare());
    // The slower peers are far from the limit; half as many rounds tell as much.
    if (round % 2 === 1) continue;
    taken.plain.push(await plain());
    if (ansible) taken.ansible.push(await ansible());
  }
  return report(fleet.hosts.length, taken);
}

function report(hosts: number, taken: Record<'lockstep' | 'bare' | 'plain' | 'ansible', number[]>): ReportLine[] {
  const measured = `${String(hosts)} \`ssh_test\`, ${String(atOnce)} at once, to the last \`completed\``;
  const lockstep = median(taken.lockstep);
  const common = { lockstep, show: seconds };
  const bare = {
    ...common,
    peer: median(taken.bare),
    peerName: 'bare ssh2 script, same stages',
    most: mostTimesBareSsh,
  };
  const plain = {
    ...common,
    peer: median(taken.plain),
    peerName: `\`xargs -P${String(atOnce)} ssh\`, same probe, no SFTP`,
  };
  const lines = [ratioLine(measured, bare), ratioLine(measured, plain)];
  if (taken.ansible.length === 0) return [...lines, notMeasured(measured, 'ansible is not installed')];
  const ansible = median(taken.ansible);
  const faster = ansible / lockstep;
  lines.push({
    measured,
    lockstep: seconds(lockstep),
    against: `\`ansible -m ping -f ${String(atOnce)}\`: ${seconds(ansible)}`,
    comparison: `${times(faster)} faster`,
    aim: `≥ ${String(timesFasterThanAnsible)} × faster`,
    met: faster >= timesFasterThanAnsible,
  });
  return lines;
}

/** What `ssh_test` runs on a host, from the built server, so that the peers run the same. */
async function readProbeScript(): Promise<string> {
  const built = new URL('../../../libs/server/connections/dist/operations/probe-script.js', import.meta.url);
  const { probeScript } = (await import(built.href)) as { probeScript: string };
  return probeScript;
}

/** As the console does it: one request for all, then it hears by its socket how each ends. */
async function lockstepTests({ cleanUp, database }: Bench, fleet: SshFleet): Promise<Measure> {
  const lockstep = cleanUp.with(
    await startLockstepUnderTest({
      database: await database.create('tests'),
      env: { LOCKSTEP_WORKERS: String(atOnce) },
    }),
    (it) => it.dispose(),
  );
  const connectionIds: number[] = [];
  for (const input of fleet.connections()) connectionIds.push((await lockstep.createConnection(input)).id);
  const ended = cleanUp.with(await EndedOperations.listen(lockstep), (it) => it.close());
  return async () => {
    const begin = performance.now();
    const all = ended.next(connectionIds.length);
    const call = { method: 'POST', path: '/api/connections/test', body: { connectionIds } };
    const { items } = await lockstep.api.expect<TestManyAnswer>(202, call);
    if (items.some(({ status }) => status !== 'started')) throw new Error('A connection was busy before the test.');
    await all;
    return performance.now() - begin;
  };
}

async function bareTests({ cleanUp }: Bench, { fleet, script }: { fleet: SshFleet; script: string }): Promise<Measure> {
  const peer = cleanUp.with(PeerProcess.start('bare-ssh'), (it) => it.stop());
  // Its first word is no answer: taken for one, each answer would be that of the run before, which then is still going on.
  await peer.next();
  const { username, privateKey } = fleet.user;
  const task: BareSshTask = { hosts: fleet.hosts, atOnce, username, privateKey, script };
  return async () => (await peer.ask<{ ms: number }>(task)).ms;
}

const lenient = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes', 'LogLevel=ERROR'];

function plainSsh({ address, user, hosts, keyFile }: SshFleet, script: string): Measure {
  const place = '@port@';
  const options = lenient.flatMap((option) => ['-o', option]);
  const ssh = [
    'ssh',
    '-F',
    'none',
    '-n',
    '-i',
    keyFile,
    ...options,
    '-p',
    place,
    `${user.username}@${address}`,
    script,
  ];
  const input = hosts.map(({ port }) => `${String(port)}\n`).join('');
  return () => timeProgram(['xargs', `-P${String(atOnce)}`, `-I${place}`, ...ssh], { input });
}

async function ansiblePing({ cleanUp }: Bench, { address, user, hosts, keyFile }: SshFleet): Promise<Measure> {
  const directory = cleanUp.with(await mkdtemp(join(tmpdir(), 'bench-')), (it) => rm(it, { recursive: true }));
  const inventory = join(directory, 'hosts');
  const host = ({ port }: FleetHost): string =>
    `host-${String(port)} ansible_host=${address} ansible_port=${String(port)} ansible_user=${user.username} ` +
    `ansible_ssh_private_key_file=${keyFile} ansible_python_interpreter=/usr/bin/python3\n`;
  await writeFile(inventory, hosts.map(host).join(''));
  // An empty file, so that no configuration of the machine has a say.
  const configuration = join(directory, 'ansible.cfg');
  await writeFile(configuration, '');
  // Ansible's own defaults: within a run it goes on over the connection it has.
  const sharing = '-C -o ControlMaster=auto -o ControlPersist=60s';
  const env = {
    ANSIBLE_CONFIG: configuration,
    ANSIBLE_HOST_KEY_CHECKING: 'False',
    ANSIBLE_SSH_ARGS: [sharing, ...lenient.map((option) => `-o ${option}`)].join(' '),
    LC_ALL: 'C.UTF-8',
  };
  let run = 0;
  return () => {
    run += 1;
    // A folder for each run, or the next one would find the connections of this one open.
    const folder = { ANSIBLE_SSH_CONTROL_PATH_DIR: join(directory, String(run)) };
    return timeProgram(['ansible', 'all', '-i', inventory, '-m', 'ping', '-f', String(atOnce)], {
      env: { ...env, ...folder },
    });
  };
}
