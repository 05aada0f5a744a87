import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { type ReportLine, kilobytes, notMeasured, times } from '../report/report.js';
import { startLockstepUnderTest } from '../setup/lockstep.js';
import type { Bench } from './bench-line.js';

const limitBytes = 250_000;
const measured = 'bytes that the console transfers first, as Chromium receives them';
const builtConsole = fileURLToPath(new URL('../../../apps/console/dist/browser/index.html', import.meta.url));
const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Everything over the wire until the sign-in page is at rest, headers included, with an empty cache. */
export async function firstPage(bench: Bench): Promise<ReportLine[]> {
  if (!existsSync(builtConsole)) return [notMeasured(measured, 'apps/console is not built')];
  const executablePath = browsers.find((path) => existsSync(path));
  if (executablePath === undefined) return [notMeasured(measured, 'Chromium is not installed')];
  const database = await bench.database.create('first_page');
  const { server } = bench.cleanUp.with(await startLockstepUnderTest({ database }), (it) => it.dispose());
  const flags = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
  ];
  const browser = bench.cleanUp.with(
    // Chromium's sandbox does not run as root.
    await chromium.launch({ executablePath, args: flags, chromiumSandbox: process.getuid?.() !== 0 }),
    (it) => it.close(),
  );
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await session.send('Network.enable');
  await page.goto(server.url, { waitUntil: 'networkidle' });
  return [
    {
      measured,
      lockstep: kilobytes(bytes),
      against: `limit: ${kilobytes(limitBytes)}`,
      comparison: times(bytes / limitBytes),
      aim: `< ${kilobytes(limitBytes)}`,
      met: bytes < limitBytes,
    },
  ];
}
