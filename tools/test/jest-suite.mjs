import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from '../stages.mjs';
import { runNode } from '../workspace.mjs';

const graceMilliseconds = 30_000;

/**
 * Runs Jest projects and counts from Jest's own report. A file that could not even be loaded counts as one failure.
 *
 * @param {{ projects: string[], inOrder?: boolean }} suite `inOrder`: one file after the other, for tests that measure time
 * @param {string[]} parameters further ones for Jest: paths, `--watch`
 */
export async function runJest({ projects, inOrder = false }, parameters) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-report-'));
  const report = join(folder, 'report.json');
  try {
    const jest = [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
    ];
    const chosen = ['--selectProjects', ...projects];
    const order = inOrder ? ['--runInBand'] : [];
    const paths = parameters.length > 0 ? ['--testPathPatterns', ...parameters] : [];
    const ended = endSoonAfter(report);
    await runNode([...jest, ...chosen, ...order, '--json', `--outputFile=${report}`, ...paths], {
      signal: ended.signal,
    });
    ended.stop();
    const result = count(JSON.parse(readFileSync(report, 'utf8')));
    if (!ended.signal.aborted) return result;
    say('The tests are done, but one of them left something open (a server, a socket), so Jest did not end by itself.');
    return { ...result, failed: result.failed + 1 };
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

function count(report) {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    leftOut: tests
      .filter(({ status }) => ['pending', 'todo', 'disabled'].includes(status))
      .map(({ fullName }) => fullName),
  };
}
