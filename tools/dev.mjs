/**
 * `npm run dev`: builds once, then rebuilds what changes and restarts the server. The server serves the console too, as in
 * production, so there is one address and the same security headers; reload the page to see a change of the console.
 */
import { spawn } from 'node:child_process';
import { onNpmGone } from './npm-parent.mjs';
import { installPackages, packagesAreInstalled } from './packages.mjs';
import { say, stage } from './stages.mjs';
import { projectNode, runTarget, toolEnvironment, workspace } from './workspace.mjs';

const nx = 'node_modules/nx/dist/bin/nx.js';
const commands = [
  ['node_modules/typescript/bin/tsc', '-b', 'apps/api/tsconfig.app.json', '--watch', '--preserveWatchOutput'],
  [nx, 'run', 'console:build:development', '--watch', '--outputStyle=stream-without-prefixes'],
  ['--watch', '--watch-preserve-output', 'apps/api/dist/main.js', ...process.argv.slice(2)],
];

/** In a process group of its own, so that Ctrl+C reaches each once, through us, and the server can drain. */
function launch(parameters) {
  const child = spawn(projectNode(), parameters, {
    detached: true,
    cwd: workspace,
    env: toolEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  child.on('exit', (code) => {
    if (!stopping) say(`${parameters.join(' ')} ended with code ${code}`);
  });
  return child;
}

let stopping = false;
let children = [];

function stop(signal) {
  if (stopping) return;
  stopping = true;
  for (const child of children) child.kill(signal);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop('SIGTERM'));
onNpmGone(() => stop('SIGTERM'));

await stage('packages', async () => {
  if (!packagesAreInstalled({ tools: true })) await installPackages({ tools: true });
});
const { code } = await runTarget('build', { projects: ['api', 'console'] });
if (code === 0) children = commands.map(launch);
process.exitCode = code;
