import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from '@playwright/test';

const builtConsole = fileURLToPath(new URL('../../../apps/console/dist/browser/index.html', import.meta.url));
const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
];

/** A Chromium that calls nobody, or the reason why the console cannot be looked at. */
export async function startBrowser(): Promise<Browser | string> {
  if (!existsSync(builtConsole)) return 'apps/console is not built';
  const executablePath = browsers.find((path) => existsSync(path));
  if (executablePath === undefined) return 'Chromium is not installed';
  // Chromium's sandbox does not run as root.
  return chromium.launch({ executablePath, args: flags, chromiumSandbox: process.getuid?.() !== 0 });
}
