import { type ReportLine, kilobytes, notMeasured, times } from '../report/report.js';
import { startBrowser } from '../setup/browser.js';
import { startLockstepUnderTest } from '../setup/lockstep.js';
import type { Bench } from './bench-line.js';

const limitBytes = 250_000;
const measured = 'bytes that the console transfers first, as Chromium receives them';

/** Everything over the wire until the sign-in page is at rest, headers included, with an empty cache. */
export async function firstPage(bench: Bench): Promise<ReportLine[]> {
  const browser = await startBrowser();
  if (typeof browser === 'string') return [notMeasured(measured, browser)];
  bench.cleanUp.with(browser, (it) => it.close());
  const database = await bench.database.create('first_page');
  const { server } = bench.cleanUp.with(await startLockstepUnderTest({ database }), (it) => it.dispose());
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
