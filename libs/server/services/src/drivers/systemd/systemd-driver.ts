import type { Privilege } from '@lockstep/contract';
import { OperationFailure } from '@lockstep/server-operations';
import { type ScriptResult, sudoRefusal } from '@lockstep/server-ssh';
import {
  type ConfigurationTest,
  type DriverHost,
  type ServiceDriver,
  ServiceDriverFor,
  type ServiceLook,
  type Tell,
} from '../service-driver.js';
import { configurationTestOf } from './configuration-tests.js';
import { findDependents } from './dependents.js';
import { findPrivileges } from './privileges.js';
import { failed, runOn } from './run-on.js';
import {
  lookScript,
  listScript,
  noSystemd,
  restartScript,
  tooLateMark,
  uptimeScript,
  workingScript,
} from './scripts.js';
import { runConfigurationTest } from './run-configuration-test.js';
import { readLog } from './unit-log.js';
import { compareUnits, refuseUnitName } from './unit-name.js';
import { readUnits, toLook } from './unit-properties.js';

/** Milliseconds that looking may take. */
const lookMs = 20_000;
/** A long list of a slow host. */
const listCharacters = 8_388_608;
/** systemctl's exit status for a unit that does not exist (systemctl(1), EXIT STATUS). */
const noSuchUnit = 5;

/** Linux hosts with systemd: `systemctl` and `journalctl`, as root or through `sudo -n`. */
@ServiceDriverFor('systemd')
export class SystemdDriver implements ServiceDriver {
  readonly platform = 'systemd';
  readonly restartLimitMs = 120_000;
  readonly beginsWithinMs = 10_000;

  refuse(name: string): string | null {
    return refuseUnitName(name);
  }

  async list(host: DriverHost): Promise<ServiceLook[]> {
    const result = await runOn(host, { script: listScript, usualMs: lookMs, maximumOutput: listCharacters });
    if (result.code !== 0 || result.cut) throw failed('The host did not list its services.', result);
    const known = new Map<string, ServiceLook>();
    for (const unit of readUnits(result.stdout)) {
      if (unit.get('LoadState') === 'loaded' && refuseUnitName(unit.get('Id') ?? '') === null) {
        known.set(unit.get('Id') ?? '', toLook(unit));
      }
    }
    return [...known.values()].sort((one, other) => compareUnits(one.name, other.name));
  }

  async look(host: DriverHost, name: string): Promise<ServiceLook> {
    const result = await runOn(host, { script: lookScript, input: `${name}\n`, usualMs: lookMs });
    const [unit] = readUnits(result.stdout);
    if (result.code !== 0 || !unit) throw failed(`The host did not tell the state of ${name}.`, result);
    if (unit.get('LoadState') === 'not-found') throw notFound(name);
    return toLook(unit, new Date(Number(result.stdout.split('\n', 1)[0]) * 1_000));
  }

  async isWorking(host: DriverHost, name: string): Promise<boolean> {
    return (await runOn(host, { script: workingScript, input: `${name}\n`, usualMs: lookMs })).code === 0;
  }

  dependents(host: DriverHost, name: string): Promise<string[]> {
    return findDependents(host, name);
  }

  configurationTest(name: string): string | null {
    return configurationTestOf(name)?.join(' ') ?? null;
  }

  testConfiguration(host: DriverHost, name: string): Promise<ConfigurationTest | null> {
    return runConfigurationTest(host, name);
  }

  async restart(host: DriverHost, name: string, tell: Tell): Promise<void> {
    const latest = (await readUptime(host)) + this.beginsWithinMs / 1_000;
    const limitMs = host.settings.limitSeconds === null ? this.restartLimitMs : host.settings.limitSeconds * 1_000;
    const input = `${name}\n${String(latest)}\n`;
    const result = await runOn(host, { script: restartScript, input, usualMs: limitMs, onLine: tell });
    if (result.code !== 0) throw restartFailure(name, result);
  }

  log(host: DriverHost, name: string, since: Date): Promise<string[]> {
    return readLog(host, name, since);
  }

  privileges(host: DriverHost, names: readonly string[]): Promise<Privilege[]> {
    return findPrivileges(host, names);
  }
}

async function readUptime(host: DriverHost): Promise<number> {
  const result = await runOn(host, { script: uptimeScript, usualMs: lookMs });
  const uptime = Number(result.stdout);
  if (result.code !== 0 || result.stdout.trim() === '' || !Number.isSafeInteger(uptime)) {
    throw failed('The host did not tell how long it has been up.', result);
  }
  return uptime;
}

const notFound = (name: string): OperationFailure =>
  new OperationFailure('SERVICE_NOT_FOUND', `The host has no unit ${name}.`);

function restartFailure(name: string, result: ScriptResult): OperationFailure {
  const hostWords = result.stderr.trim() || result.stdout.trim();
  if (result.code === noSystemd) return failed('This host does not run systemd.', result);
  if (result.code === noSuchUnit) return notFound(name);
  if (hostWords.includes(tooLateMark)) {
    return new OperationFailure('SERVICE_NOT_RESTARTED', 'The request reached the host too late, so nothing was done.');
  }
  const refusal = sudoRefusal(result.stderr);
  if (refusal !== null) {
    return new OperationFailure('PRIVILEGE_MISSING', `This login may not restart ${name} on the host.`, {
      hostWords: refusal,
    });
  }
  const how = result.code === null ? `by signal ${result.signal ?? ''}` : `with status ${String(result.code)}`;
  // What systemd did before it failed is not known from this: the host is asked.
  return new OperationFailure('RESTART_FAILED', `systemctl restart ended ${how}.`, { effect: 'unknown', hostWords });
}
