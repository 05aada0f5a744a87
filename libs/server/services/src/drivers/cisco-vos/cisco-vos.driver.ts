import type { Privilege } from '@lockstep/contract';
import { OperationFailure } from '@lockstep/server-operations';
import { SshError, type StageLimit } from '@lockstep/server-ssh';
import {
  type ConfigurationTest,
  type DriverHost,
  type ServiceDriver,
  ServiceDriverFor,
  type ServiceLook,
  type Tell,
} from '../service-driver.js';
import { RestartMarkers } from './restart-markers.js';
import { readServiceList } from './service-list.js';
import { refuseVosName } from './service-name.js';
import type { VosAnswer, VosConsole } from './vos-console.js';
import { VosConsoles } from './vos-consoles.js';

/** Milliseconds that the command line interface may take to come up, and `utils service list` to answer. */
const promptMs = 60_000;
const listMs = 60_000;

/** Cisco's Voice Operating System (Unified CM, Unity Connection, Emergency Responder): an interactive command line, no shell. */
@ServiceDriverFor('cisco_vos')
export class CiscoVosDriver implements ServiceDriver {
  readonly platform = 'cisco_vos';
  readonly restartLimitMs = 600_000;
  /** A line that has arrived is begun with at once. */
  readonly beginsWithinMs = 10_000;
  private readonly consoles = new VosConsoles();

  refuse(name: string): string | null {
    return refuseVosName(name);
  }

  list(host: DriverHost): Promise<ServiceLook[]> {
    return this.use(host, (console) => listOn(console, host));
  }

  async look(host: DriverHost, name: string): Promise<ServiceLook> {
    const found = (await this.list(host)).find((service) => service.name === name);
    if (!found) throw new OperationFailure('SERVICE_NOT_FOUND', `The host lists no service ${name}.`);
    return found;
  }

  async isWorking(host: DriverHost, name: string): Promise<boolean> {
    const { state } = await this.look(host, name);
    return state === 'activating' || state === 'deactivating';
  }

  dependents(): Promise<string[]> {
    return Promise.resolve([]);
  }

  configurationTest(): null {
    return null;
  }

  testConfiguration(): Promise<ConfigurationTest | null> {
    return Promise.resolve(null);
  }

  restart(host: DriverHost, name: string, tell: Tell): Promise<void> {
    return this.use(host, async (console) => {
      const markers = new RestartMarkers(name);
      const { limitSeconds } = host.settings;
      const usual = limitSeconds === null ? this.restartLimitMs : limitSeconds * 1_000;
      const answer = await console.run({
        ...limitOf(host, usual),
        text: `utils service restart ${name}`,
        onLine: (line) => {
          markers.read(line);
          tell('stdout', line);
        },
      });
      if (markers.last !== 'STARTED') throw await failureOf({ host, console, name, markers, answer });
    });
  }

  /** Its logs are fetched with other tools; what it says while it restarts has been told. */
  log(): Promise<string[]> {
    return Promise.resolve([]);
  }

  /** An administrator's login may restart all services, every other one none. */
  privileges(): Promise<Privilege[]> {
    return Promise.resolve([]);
  }

  private use<Value>(host: DriverHost, work: (console: VosConsole) => Promise<Value>): Promise<Value> {
    return this.consoles.use(host.session, limitOf(host, promptMs), work);
  }
}

const limitOf = (host: DriverHost, usual: number): StageLimit => ({
  deadlineMs: host.deadline(usual),
  signal: host.signal,
});

async function listOn(console: VosConsole, host: DriverHost): Promise<ServiceLook[]> {
  const { lines } = await console.run({ ...limitOf(host, listMs), text: 'utils service list' });
  const services = readServiceList(lines);
  if (services.length > 0) return services;
  throw new SshError('COMMAND_FAILED', 'The host listed no services.', { hostWords: lines.join('\n') });
}

interface FailedRestart {
  readonly host: DriverHost;
  readonly console: VosConsole;
  readonly name: string;
  readonly markers: RestartMarkers;
  readonly answer: VosAnswer;
}

/** The prompt is back, and the service was not said to be started: what is true then. */
async function failureOf(failed: FailedRestart): Promise<OperationFailure> {
  const { name, markers, answer } = failed;
  const fail = (message: string, effect: 'none' | 'applied' | 'unknown'): OperationFailure =>
    new OperationFailure('RESTART_FAILED', message, { effect, hostWords: answer.lines.join('\n') });
  const [question] = answer.questions;
  if (markers.last === undefined && question !== undefined) {
    return fail(`The host asked «${question}», which Lockstep answered with no.`, 'none');
  }
  const said =
    markers.last === 'FAILED'
      ? `The host says that ${name} failed`
      : `The host ended the restart without saying that ${name} was started`;
  const present = await presentState(failed);
  const wasTouched = markers.hasBegun || (markers.last === 'FAILED' && present !== null && present !== 'active');
  // Without a marker nobody knows: the host is looked at once more by who asked for the restart.
  if (!wasTouched) return fail(`${said}.`, 'unknown');
  return fail(`${said}; ${present === null ? 'it could not be asked again' : `it is ${present} now`}.`, 'applied');
}

/** Null when the host no longer tells: the failure itself is what counts. */
async function presentState({ host, console, name }: FailedRestart): Promise<string | null> {
  try {
    return (await listOn(console, host)).find((service) => service.name === name)?.state ?? 'not listed';
  } catch (error) {
    if (host.signal.aborted || !(error instanceof SshError)) throw error;
    return null;
  }
}
