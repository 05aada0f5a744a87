import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const workspace = fileURLToPath(new URL('..', import.meta.url));

const oldestNode = 24;
let chosenNode;

/**
 * The Node that the lockfile brings, so that everybody runs the same; where there is none for the machine (macOS, musl),
 * the one that runs this script, if it is new enough.
 */
export function projectNode() {
  chosenNode ??= findNode();
  return chosenNode;
}

function findNode() {
  const own = join(workspace, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (spawnSync(own, ['--version']).status === 0) return own;
  if (Number.parseInt(process.versions.node, 10) >= oldestNode) return process.execPath;
  throw new Error(
    `Lockstep brings no Node for ${process.platform}-${process.arch}. Install Node ${oldestNode} or newer; this is ${process.version}.`,
  );
}

/** Environment for our own tools: no daemon that outlives the command, no screen control, and our Node before others. */
export function toolEnvironment(extra = {}) {
  return {
    ...process.env,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    PATH: `${join(workspace, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
    ...extra,
  };
}

/**
 * Runs a script with the project's Node.
 *
 * @param {string[]} parameters script and its parameters; paths are relative to the repository
 * @param {{ quiet?: boolean, env?: Record<string, string>, signal?: AbortSignal }} options `quiet` keeps the output back;
 *   `signal` ends the script at once
 * @returns {Promise<{ code: number, output: string }>} `output` is what was kept back
 */
export function runNode(parameters, { quiet = false, env = {}, signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(projectNode(), parameters, {
      cwd: workspace,
      env: toolEnvironment(env),
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data));
    signal?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs an Nx target for projects, through the cache. Nx orders what depends on what. */
export function runTarget(target, { projects, quiet = false } = {}) {
  const chosen = projects ? ['-p', projects.join(',')] : [];
  return runNode(['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', target, ...chosen, '--outputStyle=static'], {
    quiet,
  });
}
