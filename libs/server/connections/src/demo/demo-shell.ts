import { setTimeout as pause } from 'node:timers/promises';
import type { ServerChannel } from 'ssh2';
import type { DemoAnswers, DemoMachine } from './demo-answers.js';

/** How `runScript` of server-ssh begins every command. */
const scriptCommand = /^exec \/bin\/sh -c 'eval "\$\((?:cat|dd bs=1 count=(\d{1,6}) 2>\/dev\/null)\)"'$/;
/** Characters of a script and its input; more than any of Lockstep's own has. */
const longestInput = 262_144;

/**
 * Answers a command. It knows the scripts of Lockstep's own operations by their first line and says what a real host
 * would; anything else is refused. Nothing is ever executed.
 */
export async function answerCommand(
  channel: ServerChannel,
  command: string,
  { machine, answers }: { machine: DemoMachine; answers: DemoAnswers },
): Promise<void> {
  const gone = new AbortController();
  channel.on('close', () => gone.abort());
  channel.on('error', () => gone.abort());
  const known = scriptCommand.exec(command);
  const received = known ? await receive(channel) : Buffer.alloc(0);
  const length = Number(known?.[1] ?? received.length);
  const [script, input] = [received.subarray(0, length).toString(), received.subarray(length).toString()];
  const answer = script.startsWith('{\n') ? answers.answerOf(script.slice(2)) : undefined;
  if (!answer) {
    channel.stderr.write('This is a demo host: it runs no commands of your own.\n');
    finish(channel, 126);
    return;
  }
  const say = async (line: string, stream: 'stdout' | 'stderr' = 'stdout'): Promise<void> => {
    await pause(machine.plan.pace.line, undefined, { signal: gone.signal });
    (stream === 'stdout' ? channel : channel.stderr).write(`${line}\n`);
  };
  const status = await answer({ ...machine, input, signal: gone.signal, say }).catch(() => 1);
  if (!gone.signal.aborted) finish(channel, status);
}

/** All that is sent to standard input, up to its end. */
function receive(channel: ServerChannel): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const done = (): void => resolve(Buffer.concat(chunks));
    channel.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= longestInput) chunks.push(chunk);
    });
    channel.once('end', done);
    channel.once('close', done);
  });
}

function finish(channel: ServerChannel, status: number): void {
  channel.exit(status);
  channel.end();
}
