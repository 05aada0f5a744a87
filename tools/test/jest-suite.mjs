import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { say } from '../stages.mjs';
import { runNode, workspace } from '../workspace.mjs';
import { count, filesToRunAgain, withSecondRun } from './jest-report.mjs';

const graceMilliseconds = 30_000;

/**
 * Runs Jest projects and counts from Jest's own report. A file that could not even be loaded counts as one failure. Files with
 * a failure are run once more, by themselves.
 *
 * @param {{ projects: string[], inOrder?: boolean }} suite `inOrder`: one file after the other, for tests that measure time
 * @param {string[]} parameters further ones for Jest: paths, `--watch`
 */
export async function runJest({ projects, inOrder = false }, parameters) {
  const chosen = ['--selectProjects', ...projects];
  const order = inOrder ? ['--runInBand'] : [];
  const paths = parameters.length > 0 ? ['--testPathPatterns', ...parameters] : [];
  const first = await runOnce([...chosen, ...order, ...paths]);
  const files = first.isStuck ? [] : filesToRunAgain(first.report);
  if (files.length === 0) return resultOf(first);
  say(`\nOnce more, by themselves:\n${files.map((file) => `  - ${relative(workspace, file)}`).join('\n')}`);
  const second = await runOnce([...chosen, '--runInBand', '--runTestsByPath', ...files]);
  return resultOf({ ...withSecondRun(first.report, second.report), isStuck: second.isStuck });
}

function resultOf({ report, unsteady = [], isStuck }) {
  const result = { ...count(report), unsteady };
  return isStuck ? { ...result, failed: result.failed + 1 } : result;
}

/** @returns Jest's report, and whether it had to be ended by us */
async function runOnce(parameters) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-report-'));
  const file = join(folder, 'report.json');
  try {
    const jest = [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
    ];
    const ended = endSoonAfter(file);
    await runNode([...jest, '--json', `--outputFile=${file}`, ...parameters], { signal: ended.signal });
    ended.stop();
    const isStuck = ended.signal.aborted;
    if (isStuck) {
      say(
        'The tests are done, but one of them left something open (a server, a socket), so Jest did not end by itself.',
      );
    }
    return { report: JSON.parse(readFileSync(file, 'utf8')), isStuck };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Jest writes its report when all tests are done and then waits for what they left open, for ever. */
function endSoonAfter(report) {
  const controller = new AbortController();
  let grace;
  const timer = setInterval(() => {
    if (!existsSync(report) || grace) return;
    grace = setTimeout(() => controller.abort(), graceMilliseconds);
  }, 500);
  const stop = () => {
    clearInterval(timer);
    clearTimeout(grace);
  };
  return { signal: controller.signal, stop };
}
