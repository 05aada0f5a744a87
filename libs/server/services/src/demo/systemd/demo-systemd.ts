import { setTimeout as pause } from 'node:timers/promises';
import {
  type DemoAnswer,
  type DemoAnswers,
  type DemoCall,
  demoWeb,
  passwordRequired,
} from '@lockstep/server-connections';
import {
  dependentsScript,
  listScript,
  logScript,
  lookScript,
  restartScript,
  uptimeScript,
  workingScript,
} from '../../drivers/systemd/scripts.js';
import { unitProperties } from '../../drivers/systemd/unit-properties.js';
import { SimulatedHost } from './simulated-host.js';
import type { SimulatedUnit } from './simulated-unit.js';

/** systemctl's exit status for a unit that is not there. */
const noSuchUnit = 5;

type Answer = (host: SimulatedHost, call: DemoCall) => Promise<number>;

/** Teaches demo hosts the scripts of the systemd driver. */
export function teachSystemd(answers: DemoAnswers): void {
  const hosts = new Map<string, SimulatedHost>();
  const hostOf = ({ plan }: DemoCall): SimulatedHost => {
    const host = hosts.get(plan.key) ?? new SimulatedHost(plan);
    hosts.set(plan.key, host);
    return host;
  };
  const on =
    (answer: Answer): DemoAnswer =>
    (call) =>
      answer(hostOf(call), call);
  answers.teach(listScript, on(list));
  answers.teach(lookScript, on(look));
  answers.teach(workingScript, on(isWorking));
  answers.teach(dependentsScript, on(dependents));
  answers.teach(
    uptimeScript,
    on(async (_host, { say }) => {
      await say(String(Math.floor(process.uptime())));
      return 0;
    }),
  );
  answers.teach(restartScript, on(restart));
  answers.teach(logScript, on(log));
  answers.teach(
    '# lockstep services configuration 1',
    on(async (_host, { say }) => {
      await say('the configuration is valid (simulated)', 'stderr');
      return 0;
    }),
  );
}

const linesOf = ({ input }: DemoCall): string[] => input.split('\n').filter((line) => line !== '');

/** All at once: a slow host would otherwise need a minute for its list. */
const list: Answer = async (host, { say }) => {
  await say([...host.units.values()].map(blockOf).join('\n\n'));
  return 0;
};

const look: Answer = async (host, call) => {
  const [name = ''] = linesOf(call);
  const unit = host.units.get(name);
  await call.say(String(Math.floor(Date.now() / 1_000)));
  await call.say(unit ? blockOf(unit) : `Id=${name}\nLoadState=not-found\nActiveState=inactive`);
  return 0;
};

const isWorking: Answer = (host, call) => {
  const state = host.units.get(linesOf(call)[0] ?? '')?.current.state;
  return Promise.resolve(state === 'activating' || state === 'deactivating' ? 0 : 1);
};

const dependents: Answer = async (host, call) => {
  for (const name of linesOf(call)) {
    const unit = host.units.get(name);
    const requiredBy = unit?.plan.requiredBy ?? [];
    await call.say(
      `Id=${name}\nActiveState=${unit?.current.state ?? 'inactive'}\nRequiredBy=${requiredBy.join(' ')}\n`,
    );
  }
  return 0;
};

const restart: Answer = async (host, call) => {
  const [name = ''] = linesOf(call);
  const unit = host.units.get(name);
  if (!call.plan.sudo) return complain(call, { line: passwordRequired, status: 1 });
  if (!unit) return complain(call, { line: `Failed to restart ${name}: Unit ${name} not found.`, status: noSuchUnit });
  unit.restart(host.restartMs);
  if (name === demoWeb.unit) call.web?.server.restart();
  await pause(host.restartMs, undefined, { signal: call.signal });
  return 0;
};

const log: Answer = async (host, call) => {
  const [name = ''] = linesOf(call);
  const lines = host.units.get(name)?.log(host.plan.hostName) ?? [];
  if (lines.length > 0) await call.say(lines.join('\n'));
  return 0;
};

async function complain({ say }: DemoCall, { line, status }: { line: string; status: number }): Promise<number> {
  await say(line, 'stderr');
  return status;
}

/** What `systemctl show` would print of it. */
function blockOf({ plan, current }: SimulatedUnit): string {
  const at = timestamp(current.at);
  const values: Readonly<Record<string, string>> = {
    Id: plan.name,
    Description: plan.description,
    LoadState: 'loaded',
    ActiveState: current.state,
    SubState: current.subState,
    InvocationID: current.invocation,
    Type: 'simple',
    Result: current.state === 'failed' ? 'exit-code' : 'success',
    ActiveEnterTimestamp: at,
    ActiveExitTimestamp: at,
    InactiveEnterTimestamp: at,
    InactiveExitTimestamp: at,
  };
  return unitProperties.map((name) => `${name}=${values[name] ?? ''}`).join('\n');
}

/** As systemctl prints it with TZ=UTC. */
const timestamp = (at: Date): string => {
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][at.getUTCDay()] ?? '';
  return `${day} ${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 19)} UTC`;
};
