import { type LockstepServer, testAdministrator } from '@lockstep/server-testing';
import type { Page } from '@playwright/test';
import pg from 'pg';
import { type ReportLine, milliseconds, notMeasured, ratioLine } from '../report/report.js';
import { median, percentile } from '../report/statistics.js';
import { startBrowser } from '../setup/browser.js';
import { startLockstepUnderTest } from '../setup/lockstep.js';
import type { Bench } from './bench-line.js';

const rows = 10_000;
/** Pixels of one turn of the wheel: some thirty rows, so that no row stays in the page from one turn to the next. */
const turn = 1_400;
const measured = `time from frame to frame while the wheel goes over ${rows.toLocaleString('en')} connections`;
/** As tall as the table's rows are together. */
const emptyPage = `<!doctype html><title>nothing</title><div style="height: ${String(rows * 44)}px"></div>`;

/** The list of connections from its first row to its last, against a page of the same height with nothing on it. */
export async function scrolling(bench: Bench): Promise<ReportLine[]> {
  const browser = await startBrowser();
  if (typeof browser === 'string') return [notMeasured(measured, browser)];
  bench.cleanUp.with(browser, (it) => it.close());
  const database = await bench.database.create('scrolling');
  const { server } = bench.cleanUp.with(await startLockstepUnderTest({ database }), (it) => it.dispose());
  await fill(server);
  const list = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await openList(list, server.url);
  const nothing = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await nothing.setContent(emptyPage);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < bench.rounds; round++) {
    theirs.push(...(await framesOf(nothing, 'html')));
    ours.push(...(await framesOf(list, 'cdk-virtual-scroll-viewport')));
  }
  const line = (name: string, figure: (frames: readonly number[]) => number): ReportLine =>
    ratioLine(`${measured}, ${name}`, {
      lockstep: figure(ours),
      peer: figure(theirs),
      peerName: 'an empty page of that height',
      show: milliseconds,
    });
  return [line('median', median), line('99 of 100 below', (frames) => percentile(frames, 0.99))];
}

async function fill({ databaseUrl }: LockstepServer): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `INSERT INTO connections (name, host, port, username, platform, tags)
       SELECT 'fleet-' || lpad(i::text, 5, '0'), '10.1.' || i / 250 || '.' || i % 250, 22, 'deploy', 'systemd', '{fleet}'
       FROM generate_series(1, $1::integer) i`,
      [rows],
    );
  } finally {
    await client.end();
  }
}

/** Signs in, and goes once to the end and back, so that every row is loaded. */
async function openList(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('User name').fill(testAdministrator.username);
  await page.getByLabel('Password').fill(testAdministrator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.goto(`${url}/connections`);
  await page.locator('[data-index="0"]').waitFor();
  const last = page.locator(`[data-index="${String(rows - 1)}"]`);
  while ((await last.count()) === 0) {
    await page.locator('cdk-virtual-scroll-viewport').evaluate((scroller) => {
      scroller.scrollTop = scroller.scrollHeight;
    });
    await page.waitForTimeout(50);
  }
}

/** Turns the wheel from the top to the end. Milliseconds between the frames that the page drew meanwhile. */
async function framesOf(page: Page, selector: string): Promise<number[]> {
  await page.bringToFront();
  const scroller = page.locator(selector);
  await scroller.evaluate((element) => element.scrollTo(0, 0));
  await page.mouse.move(720, 500);
  await page.evaluate(recordFrames);
  const atEnd = (element: Element): boolean => element.scrollTop + element.clientHeight >= element.scrollHeight - 2;
  while (!(await scroller.evaluate(atEnd))) await page.mouse.wheel(0, turn);
  return await page.evaluate(() => (window as unknown as { endFrames: () => number[] }).endFrames());
}

/** Runs in the page. */
function recordFrames(): void {
  const frames: number[] = [];
  let last: number | undefined;
  let goesOn = true;
  const take = (at: number): void => {
    if (last !== undefined) frames.push(at - last);
    last = at;
    if (goesOn) requestAnimationFrame(take);
  };
  requestAnimationFrame(take);
  Object.assign(window, {
    endFrames: () => {
      goesOn = false;
      return frames;
    },
  });
}
