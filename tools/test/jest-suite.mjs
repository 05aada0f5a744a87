import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from '../workspace.mjs';

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
    await runNode([...jest, ...chosen, ...order, '--json', `--outputFile=${report}`, ...paths]);
    return count(JSON.parse(readFileSync(report, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
