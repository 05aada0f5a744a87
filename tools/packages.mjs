import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from './workspace.mjs';

/**
 * Whether node_modules holds what the lockfile asks for. Read from npm's own record of what it installed, so an install by
 * hand counts, and one that was cut short does not.
 *
 * @param {{ tools: boolean }} need `tools`: also what only tests, lint and generators need
 */
export function packagesAreInstalled({ tools }) {
  const installed = readPackages(join(workspace, 'node_modules', '.package-lock.json'));
  if (!installed) return false;
  const wanted = readPackages(join(workspace, 'package-lock.json')) ?? {};
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') || entry.optional || entry.devOptional) return true;
    if (entry.dev && !tools) return true;
    const found = installed[path];
    return found !== undefined && found.version === entry.version && Boolean(found.link) === Boolean(entry.link);
  });
}

/** Installs exactly the lockfile. Tools that are there already stay: a developer's `npm start` takes nothing away. */
export function installPackages({ tools }) {
  const installed = readPackages(join(workspace, 'node_modules', '.package-lock.json')) ?? {};
  const hasTools = Object.values(installed).some((entry) => entry.dev);
  const omit = tools || hasTools ? [] : ['--omit=dev'];
  // Node 20 runs npm on the first start; what the packages themselves run on comes with them.
  return npm(['ci', ...omit, '--loglevel=error']);
}

/** Takes npm's output in; it is worth reading only when it failed. */
function npm(parameters) {
  const script = process.env.npm_execpath;
  const [program, ...first] = script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...parameters], { cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ${parameters.join(' ')} failed.\n${output.trim()}`));
    });
  });
}

function readPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}
