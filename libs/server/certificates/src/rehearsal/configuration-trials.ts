import type { ReadinessFinding } from '@lockstep/contract';
import { OperationFailure } from '@lockstep/server-operations';
import { configurationTestOf, runConfigurationTest } from '@lockstep/server-services';
import { type LoginRights, sudoRefusal, sudoersLine } from '@lockstep/server-ssh';
import type { HostLink } from '../deployment/host-link.js';
import type { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { type Trial, blocking, warning, well } from './finding.js';

/** The test that a target names, or the service whose own is known; neither: there is none. */
export interface ConfigurationTest {
  readonly command?: string;
  readonly service?: string;
}

type Target = Pick<DeploymentTargetEntity, 'checkCommand' | 'reload'>;

const passes = 'It passes with the files that are there now';

export function configurationTestFor({ checkCommand, reload }: Target): ConfigurationTest {
  if (checkCommand !== null) return { command: checkCommand };
  return reload !== null && 'service' in reload && configurationTestOf(reload.service) !== null
    ? { service: reload.service }
    : {};
}

/** Program and arguments of a test that sudo runs, where they are plain words; null where they are not. */
export function programOf({ command = '', service = '' }: ConfigurationTest): readonly [string, ...string[]] | null {
  const [, words = ''] = /^sudo (?:-n )?([\w/.:=][\w/.:= -]*)$/.exec(command) ?? [];
  const [program = '', ...parameters] = words.split(' ');
  return program === '' ? configurationTestOf(service) : [program, ...parameters];
}

/** Runs the configuration test as a renewal would; where the target names none, the one that is known of the service. */
export async function tryConfiguration(
  link: HostLink,
  test: ConfigurationTest,
  rights: LoginRights,
): Promise<ReadinessFinding[]> {
  if (test.command !== undefined) return [await tryNamed(link, { ...test, command: test.command }, rights)];
  if (test.service !== undefined) return [await tryKnown(link, { ...test, service: test.service }, rights)];
  const found = 'No configuration test is named, so a fault in it shows only when the server reloads.';
  const advice = 'Name one in the certificate, for example “sudo -n nginx -t”.';
  return [warning({ topic: 'configuration', tried: 'Test the configuration' }, { found, advice })];
}

async function tryNamed(
  link: HostLink,
  test: ConfigurationTest & { command: string },
  rights: LoginRights,
): Promise<ReadinessFinding> {
  const trial: Trial = { topic: 'configuration', tried: test.command };
  try {
    await link.commands.check(test.command);
    return well(trial, `${passes}.`);
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    const { hostWords, message: found } = error;
    const isRefused = sudoRefusal(hostWords ?? '') !== null;
    const advice = isRefused ? allowing(test, rights) : 'Correct the configuration on the host.';
    return blocking(trial, { found, hostWords, advice });
  }
}

async function tryKnown(
  link: HostLink,
  test: ConfigurationTest & { service: string },
  rights: LoginRights,
): Promise<ReadinessFinding> {
  const { session, limit } = link;
  const host = { session, signal: limit.signal, deadline: (usual: number) => usual };
  const {
    command = '',
    passed,
    words,
  } = (await runConfigurationTest(host, test.service)) ?? { passed: null, words: '' };
  const trial: Trial = { topic: 'configuration', tried: `${command}, the test that is known of ${test.service}` };
  if (passed === false) {
    const found = `The configuration test of ${test.service} failed.`;
    return blocking(trial, { found, hostWords: words, advice: 'Correct the configuration on the host.' });
  }
  if (passed)
    return warning(trial, {
      found: `${passes}. The certificate names no test, so a renewal reloads without one.`,
      advice: `Name “${rights.uid === 0 ? '' : 'sudo -n '}${command}” in the certificate.`,
    });
  const found = 'It could not be run, so a fault in the configuration shows only when the server reloads.';
  return warning(trial, { found, hostWords: words, advice: allowing(test, rights) });
}

function allowing(test: ConfigurationTest, rights: LoginRights): string {
  const [program, ...parameters] = programOf(test) ?? [];
  const path = program?.startsWith('/') ? program : rights.programs.get(program ?? '');
  return path === undefined
    ? 'Allow this command in sudoers on the host without a password.'
    : `Add this line to sudoers on the host: ${sudoersLine(rights.user, [path, ...parameters])}`;
}
