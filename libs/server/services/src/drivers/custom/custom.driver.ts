import { type Privilege, type ServiceCommands, ServiceName, type ServiceSettings } from '@lockstep/contract';
import { OperationFailure } from '@lockstep/server-operations';
import type { ScriptResult } from '@lockstep/server-ssh';
import {
  type ConfigurationTest,
  type DriverHost,
  type ServiceDriver,
  ServiceDriverFor,
  type ServiceLook,
  type Tell,
} from '../service-driver.js';
import { clockScript, commandInput, commandScript, tooLateMark } from './command-script.js';
import { readServiceLines, readVerification } from './service-lines.js';

/** Milliseconds that a command which only looks may take. */
const lookMs = 30_000;
const checkMs = 60_000;

/** The commands that an administrator wrote for a connection. Exit status 0 is success; the service's name comes by standard input. */
@ServiceDriverFor('custom')
export class CustomDriver implements ServiceDriver {
  readonly platform = 'custom';
  readonly restartLimitMs = 120_000;
  readonly beginsWithinMs = 10_000;

  refuse(name: string): string | null {
    return ServiceName.safeParse(name).success
      ? null
      : 'A service’s name has no control characters, does not begin with a dash or a space, and has at most 255 characters.';
  }

  async list(host: DriverHost): Promise<ServiceLook[]> {
    const { list } = commandsOf(host.settings);
    const result = await run(host, { command: list, deadlineMs: lookMs });
    if (result.code !== 0) throw new OperationFailure('COMMAND_FAILED', ended('list command', result), wordsOf(result));
    return readServiceLines(result.stdout);
  }

  async look(host: DriverHost, name: string): Promise<ServiceLook> {
    const { verify } = commandsOf(host.settings);
    // Both are needed: a verify command may well call a service inactive that does not exist.
    const [listed, result] = await Promise.all([
      this.list(host),
      run(host, { command: verify, name, deadlineMs: lookMs }),
    ]);
    const found = listed.find((service) => service.name === name);
    if (!found) throw new OperationFailure('SERVICE_NOT_FOUND', `The list command names no service ${name}.`);
    if (result.code !== 0)
      throw new OperationFailure('COMMAND_FAILED', ended('verify command', result), wordsOf(result));
    return { ...readVerification(name, result.stdout), description: found.description };
  }

  async isWorking(host: DriverHost, name: string): Promise<boolean> {
    const { state } = await this.look(host, name);
    return state === 'activating' || state === 'deactivating' || state === 'reloading';
  }

  dependents(): Promise<string[]> {
    return Promise.resolve([]);
  }

  configurationTest(_name: string, { commands }: ServiceSettings): string | null {
    return commands?.check ?? null;
  }

  async testConfiguration(host: DriverHost, name: string): Promise<ConfigurationTest | null> {
    const { check } = commandsOf(host.settings);
    if (check === null) return null;
    const result = await run(host, { command: check, name, deadlineMs: checkMs });
    return { command: check, passed: result.code === 0, words: `${result.stdout}${result.stderr}`.trim() };
  }

  async restart(host: DriverHost, name: string, tell: Tell): Promise<void> {
    const { restart } = commandsOf(host.settings);
    const { limitSeconds } = host.settings;
    const deadlineMs = limitSeconds === null ? this.restartLimitMs : limitSeconds * 1_000;
    const latest = (await readClock(host)) + this.beginsWithinMs / 1_000;
    const result = await run(host, { command: restart, name, deadlineMs, latest, tell });
    if (result.code === 0) return;
    if (result.stderr.includes(tooLateMark)) {
      throw new OperationFailure(
        'SERVICE_NOT_RESTARTED',
        'The request reached the host too late, so nothing was done.',
      );
    }
    // How far a command of somebody else's had come before it failed is not known.
    throw new OperationFailure('RESTART_FAILED', ended('restart command', result), {
      ...wordsOf(result),
      effect: 'unknown',
    });
  }

  log(): Promise<string[]> {
    return Promise.resolve([]);
  }

  privileges(): Promise<Privilege[]> {
    return Promise.resolve([]);
  }
}

/** @throws OperationFailure COMMANDS_MISSING */
function commandsOf({ commands }: ServiceSettings): ServiceCommands {
  if (commands) return commands;
  throw new OperationFailure('COMMANDS_MISSING', 'No commands are given for the services of this connection.');
}

interface Run {
  readonly command: string;
  readonly name?: string;
  readonly deadlineMs: number;
  /** The second by the host's clock after which it must not begin. */
  readonly latest?: number;
  readonly tell?: Tell;
}

const run = (host: DriverHost, { command, deadlineMs, tell, ...more }: Run): Promise<ScriptResult> =>
  host.session.runScript({
    script: commandScript,
    input: commandInput(command, more),
    deadlineMs: host.deadline(deadlineMs),
    signal: host.signal,
    ...(tell && { onLine: tell }),
  });

async function readClock(host: DriverHost): Promise<number> {
  const { signal } = host;
  const result = await host.session.runScript({ script: clockScript, deadlineMs: host.deadline(lookMs), signal });
  const now = Number(result.stdout);
  if (result.code === 0 && Number.isSafeInteger(now) && now > 0) return now;
  throw new OperationFailure('COMMAND_FAILED', 'The host did not tell its clock.', wordsOf(result));
}

const ended = (which: string, { code, signal }: ScriptResult): string =>
  code === null
    ? `The ${which} was ended by ${signal ?? 'a signal'}.`
    : `The ${which} ended with status ${String(code)}.`;

const wordsOf = ({ stdout, stderr }: ScriptResult): { hostWords: string } => ({
  hostWords: (stderr.trim() === '' ? stdout : stderr).trim(),
});
