/**
 * `npm start`: installs when the lockfile asks for it, builds, and runs Lockstep. Needs Node 20, npm and nothing else, so
 * this file and what it imports use Node alone. Parameters go to the server: `npm start -- --demo`.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { onNpmGone } from './npm-parent.mjs';
import { installPackages, packagesAreInstalled } from './packages.mjs';
import { say, seconds, stage } from './stages.mjs';
import { projectNode, runTarget, workspace } from './workspace.mjs';

const begin = performance.now();

async function install() {
  if (packagesAreInstalled({ tools: false })) return 'as the lockfile says';
  say('  … installing packages, the first time about a minute');
  await installPackages({ tools: false });
  return 'installed';
}

async function build() {
  const { code, output } = await runTarget('build', { projects: ['api', 'console'], quiet: true });
  if (code !== 0) throw new Error(`The build failed.\n${output.trim()}`);
  const [, hits, tasks] = /Cache: +(\d+)\/(\d+) hit/.exec(output) ?? [];
  return tasks === undefined ? '' : `${hits} of ${tasks} steps from the cache`;
}

/** Runs the server and ends with its exit code. */
function serve() {
  const launched = performance.now();
  // A process group of its own: Ctrl+C reaches it once, through us, so that it can drain. Its standard input closes with
  // this process, whichever way that ends, and `end-with-parent` drains it then too.
  const server = spawn(
    projectNode(),
    ['--import', './tools/end-with-parent.mjs', 'apps/api/dist/main.js', ...process.argv.slice(2)],
    {
      cwd: workspace,
      env: { NODE_ENV: 'production', ...process.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    },
  );
  server.stdin.on('error', () => undefined);
  let ready = false;
  server.stdout.on('data', (data) => {
    process.stdout.write(data);
    if (ready || !data.includes('Lockstep is ready')) return;
    ready = true;
    say(`  ✓ ${'server'.padEnd(24)} ${seconds(launched).padStart(7)}  ${seconds(begin)} in all`);
  });
  server.stderr.on('data', (data) => process.stderr.write(data));
  server.on('error', fail);
  server.on('close', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
  passSignalsOn(server);
}

/** npm, the shell and the terminal may each send one; the server needs to be told once. */
function passSignalsOn(server) {
  let told = false;
  const tell = (signal) => {
    if (told) return;
    told = true;
    server.kill(signal);
  };
  process.on('SIGINT', () => tell('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => tell('SIGTERM'));
  onNpmGone(() => tell('SIGTERM'));
}

function fail(error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

try {
  say('Lockstep');
  await stage('packages', install);
  await stage('build', build);
  serve();
} catch (error) {
  fail(error);
}
