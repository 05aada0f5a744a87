import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

const workspace = join(import.meta.dirname, '../..');

/** Debian's Chromium without a sandbox (the tests may run as root) and without any call home. */
const chromiumSwitches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Journeys through the built console at the built server, with real hosts. Each file starts a server of its own; the
 * Postgres below them is one for the whole run.
 */
export default defineConfig({
  testDir: 'src',
  outputDir: join(workspace, 'test-results/journeys'),
  globalSetup: join(workspace, 'tools/jest/test-run-set-up.mjs'),
  globalTeardown: join(workspace, 'tools/jest/test-run-tear-down.mjs'),
  reporter: 'list',
  workers: 2,
  // As with the other suites: what passes at the second time is told as unsteady.
  retries: 1,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 60_000,
  globalTimeout: 30 * 60_000,
  expect: { timeout: 10_000 },
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    actionTimeout: 10_000,
    launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: chromiumSwitches },
  },
});
