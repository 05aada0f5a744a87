import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from '../workspace.mjs';

/** Runs the browser journeys and counts from Playwright's own report. */
export async function runPlaywright(parameters) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-report-'));
  const report = join(folder, 'report.json');
  try {
    const playwright = [
      'node_modules/@playwright/test/cli.js',
      'test',
      '--config=apps/console-e2e/playwright.config.ts',
    ];
    await runNode([...playwright, '--reporter=list,json', ...parameters], {
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    });
    const { stats, suites, errors } = JSON.parse(readFileSync(report, 'utf8'));
    return {
      passed: stats.expected + stats.flaky,
      // Errors outside of tests: a configuration or a server that did not start.
      failed: stats.unexpected + errors.length,
      leftOut: suites.flatMap((suite) => titlesIn(suite, 'skipped')),
      unsteady: suites.flatMap((suite) => titlesIn(suite, 'flaky')),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function titlesIn(suite, status) {
  const own = (suite.specs ?? []).filter((spec) => spec.tests.every((test) => test.status === status));
  return [...own.map((spec) => spec.title), ...(suite.suites ?? []).flatMap((inner) => titlesIn(inner, status))];
}
