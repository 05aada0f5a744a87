import { accessSync, constants, statSync } from 'node:fs';
import {
  type DemoAnswer,
  type DemoAnswers,
  type DemoCall,
  demoUser,
  demoUserId,
  demoWeb,
  passwordRequired,
} from '@lockstep/server-connections';
import {
  commandScript,
  folderScript,
  moveScript,
  prepareScript,
  reloadScript,
  unitScript,
} from '../deployment/host-scripts.js';
import { moveFiles } from './move-files.js';

/** What the host knows: who logs in, and root. */
const numbers: Readonly<Record<string, number>> = { root: 0, [demoUser]: demoUserId };

/** Teaches demo hosts what a deployment and its rehearsal run. Files are real and so is the web server; no command is run. */
export function answerDeployment(answers: DemoAnswers): void {
  answers.teach(prepareScript, prepare);
  answers.teach(moveScript, moveFiles);
  answers.teach(commandScript, command);
  answers.teach(reloadScript, reload);
  answers.teach(folderScript, folders);
  answers.teach(unitScript, unit);
}

const prepare: DemoAnswer = async ({ input, say }) => {
  const names = input.split('\n');
  for (const [index, what] of ['uid', 'gid'].entries()) {
    const name = names[index] ?? '';
    if (name === '') continue;
    const number = numbers[name];
    if (number === undefined) await say(`'${name}': no such user or group`, 'stderr');
    await say(`lockstep:${what}=${String(number ?? '')}`);
  }
  await say(`lockstep:uptime=${String(Math.floor(process.uptime()))}`);
  return 0;
};

/** The one command of an administrator's own that a demo host knows is the test of its web server. */
const command: DemoAnswer = async (call) => {
  const { input, web, say } = call;
  if (!web || input.trim().replace(/^sudo (?:-n )?/, '') !== demoWeb.test) {
    await say('This is a demo host: it runs no commands of your own.', 'stderr');
    return 126;
  }
  const why = web.server.whyNot();
  if (why !== null) return complain(call, `demo-web: ${why}`);
  await say('demo-web: certificate and key fit, the test is successful');
  return 0;
};

const reload: DemoAnswer = async (call) => {
  const { web, plan } = call;
  const name = call.input.trim();
  if (!plan.sudo) return complain(call, passwordRequired);
  if (!web || name !== demoWeb.unit)
    return complain(call, `Failed to reload ${name}: a demo host reloads ${demoWeb.unit} alone.`);
  try {
    web.server.reload();
    return 0;
  } catch {
    return complain(call, `Job for ${name} failed: ${web.server.whyNot() ?? 'see its log'}`);
  }
};

const folders: DemoAnswer = async ({ input, folder, say }) => {
  for (const path of input.split('\n').filter((line) => line !== '')) {
    const place = folder.at(path);
    const stats = statSync(place, { throwIfNoEntry: false });
    const [mode, whose] = [((stats?.mode ?? 0) & 0o7777).toString(8), `${demoUser}:${demoUser}`];
    const words = stats?.isDirectory() === false ? 'no_folder' : `${rightsAt(place)} ${whose} ${mode}`;
    await say(`lockstep:folder=${stats ? words : 'missing'}`);
  }
  return 0;
};

function rightsAt(place: string): string {
  const may = (right: number): boolean => {
    try {
      accessSync(place, right);
      return true;
    } catch {
      return false;
    }
  };
  const { R_OK, W_OK, X_OK } = constants;
  return [may(R_OK) ? 'r' : '', may(W_OK) ? 'w' : '', may(X_OK) ? 'x' : ''].join('');
}

/** Of what else runs there nothing can be reloaded. */
const unit: DemoAnswer = async ({ input, web, say }) => {
  const isThere = web !== null && input.trim() === demoWeb.unit;
  await say(
    isThere
      ? 'LoadState=loaded\nActiveState=active\nCanReload=yes'
      : 'LoadState=not-found\nActiveState=inactive\nCanReload=no',
  );
  return 0;
};

async function complain({ say }: DemoCall, line: string): Promise<number> {
  await say(line, 'stderr');
  return 1;
}
