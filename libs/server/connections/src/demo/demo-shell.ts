import { setTimeout as pause } from 'node:timers/promises';
import type { ServerChannel } from 'ssh2';
import { probeMark } from '../operations/probe-script.js';
import { type DemoPlan, demoUser } from './demo-plans.js';

const scriptCommand = /^exec \/bin\/sh -c 'eval "\$\(dd bs=1 count=(\d{1,6}) 2>\/dev\/null\)"'$/;

/**
 * Answers a command. It knows the scripts of Lockstep's own operations by their first line and says what a real host
 * would; anything else is refused. Nothing is ever executed.
 */
export async function answerCommand(channel: ServerChannel, command: string, plan: DemoPlan): Promise<void> {
  const gone = new AbortController();
  channel.on('close', () => gone.abort());
  channel.on('error', () => gone.abort());
  const length = Number(scriptCommand.exec(command)?.[1] ?? 0);
  const script = length === 0 ? '' : await readScript(channel, length);
  if (!script.startsWith(`{\n${probeMark}\n`)) {
    channel.stderr.write('This is a demo host: it runs no commands of your own.\n');
    finish(channel, 126);
    return;
  }
  for (const line of probeAnswer(plan)) {
    await pause(plan.pace.line, undefined, { signal: gone.signal }).catch(() => undefined);
    if (gone.signal.aborted) return;
    channel.write(`lockstep:${line}\n`);
  }
  finish(channel, 0);
}

function readScript(channel: ServerChannel, length: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const done = (): void => resolve(text.slice(0, length));
    channel.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.length >= length) done();
    });
    channel.once('end', done);
    channel.once('close', done);
  });
}

function finish(channel: ServerChannel, status: number): void {
  channel.exit(status);
  channel.end();
}

const probeAnswer = (plan: DemoPlan): string[] => [
  `user=${demoUser}`,
  'kernel=Linux 6.1.0-demo',
  'architecture=x86_64',
  `hostName=${plan.hostName}`,
  'os=Lockstep demo host (simulated)',
  'osId=lockstep-demo',
  'osVersion=1',
  `uptimeSeconds=${String(Math.floor(process.uptime()))}`,
  'systemd=252',
  'sudo=without_password',
  'done=yes',
];
