import type { Certificate, Connection, Schedule, ScheduleRunDetail } from '@lockstep/contract';
import type { Page } from '@playwright/test';
import type { ControlledHost } from './support/controlled-host.js';
import { findings, hasLoaded, picture } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

const widths = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

test.describe('a schedule', () => {
  let world: World;
  let host: ControlledHost;

  test.beforeAll(async () => {
    world = await World.start();
    host = await world.startHost();
    await world.connect(host, { name: 'web-1', tags: ['web'] });
  });

  test.afterAll(async () => {
    await world.stop();
  });

  test('is made with its next runs in view, run by hand and by the clock, watched, switched off and deleted', async ({
    page,
    complaints,
  }) => {
    // What is typed is judged by the server.
    complaints.expect(/status of 400/);
    test.setTimeout(120_000);
    await signIn(page, world.url, world.administrator);
    await page.getByRole('link', { name: 'Schedules' }).click();
    await expect(page.getByRole('heading', { name: 'No schedule yet' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'What Lockstep does on its own' })).toBeVisible();
    expect(await findings(page, 'no schedule yet')).toEqual([]);
    await picture(page, 'schedules-empty-light-wide');
    await page.getByRole('main').getByRole('link', { name: 'Add schedule' }).first().click();

    await page.getByLabel('Name').fill('Nightly test');
    await page.getByRole('button', { name: 'Connections', exact: true }).click();
    await page.getByLabel('web-1').check();
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await page.getByLabel('When').fill('61 2 * * *');
    await expect(page.getByText('Invalid value for minute: 61')).toBeVisible();
    await page.getByLabel('When').fill('30 2 * * *');
    const preview = page.getByRole('region', { name: 'Next runs' });
    await expect(preview.getByText('every day at 02:30')).toBeVisible();
    await expect(preview.getByRole('listitem')).toHaveCount(5);
    await expect(preview.getByText(/When the clocks go (forward|back)/)).toBeVisible();
    await page.getByRole('button', { name: 'Add schedule' }).click();
    await expect(page.getByRole('heading', { name: 'Nightly test' })).toBeVisible();
    const scheduleId = Number(page.url().split('/').at(-1));

    // By hand: it is the person who does it.
    await host.hold('command');
    await page.getByRole('button', { name: 'Run now' }).click();
    await expect(page).toHaveURL(/\/runs\/[\da-f-]{36}$/);
    await expect(page.getByText(`by ${world.administrator.username}`)).toBeVisible();
    await expect(page.locator('lockstep-page-header lockstep-status-badge')).toHaveText('Running');
    await host.release('command');
    await expect(page.locator('lockstep-page-header lockstep-status-badge')).toHaveText('Completed');

    // By the clock: its next time was a moment ago.
    await page.getByRole('link', { name: 'Nightly test' }).click();
    const runs = page.getByRole('region', { name: 'Runs', exact: true }).getByRole('listitem');
    await expect(runs).toHaveCount(1);
    await host.hold('command');
    await world.query(`UPDATE schedules SET next_run = date_trunc('minute', now()) WHERE id = $1`, [scheduleId]);
    await expect(runs).toHaveCount(2);
    await expect(runs.first()).toContainText('Running');
    await host.release('command');
    await expect(runs.first()).toContainText('Completed');
    await expect(runs.first()).toContainText('1 started');
    await runs.first().getByRole('link').click();
    await page.getByRole('link', { name: 'Operation', exact: true }).click();
    await expect(page.getByText('started by the schedule')).toBeVisible();
    await page.getByRole('main').getByRole('link', { name: 'Nightly test' }).click();

    // Off, by keyboard, and away.
    await page.getByRole('link', { name: 'Schedules' }).first().click();
    const enabled = page.getByRole('switch', { name: 'Nightly test is enabled' });
    await enabled.focus();
    await page.keyboard.press('Space');
    await expect(enabled).toHaveAttribute('aria-checked', 'false');
    await expect(page.getByText('never')).toBeVisible();
    await page.getByRole('link', { name: 'Nightly test' }).click();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete schedule' }).click();
    await expect(page.getByRole('heading', { name: 'No schedule yet' })).toBeVisible();
  });
});

test.describe('a schedule is made from the page of', () => {
  let world: World;
  let connectionId: number;
  let certificate: Certificate;

  test.beforeAll(async () => {
    world = await World.start();
    ({ id: connectionId } = await world.connect(await world.startHost(), { name: 'web-1', tags: ['web'] }));
    const target = { connectionId, certificatePath: '/srv/site.pem', keyPath: '/srv/site.key' };
    const input = { name: 'site', domains: ['site.example.net'], issuerId: 1, autoRenew: false, targets: [target] };
    certificate = await world.api.call('POST', '/certificates', input);
  });

  test.afterAll(async () => {
    await world.stop();
  });

  /** Leads from a page to the form, looks what is proposed there, saves and finds it in the list. */
  async function schedule(page: Page, { path, name, chosen }: { path: string; name: string; chosen: string[] }) {
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}${path}`);
    await page.getByRole('main').getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Schedule …' }).click();
    await expect(page.getByRole('heading', { name: 'Add schedule' })).toBeVisible();
    for (const title of chosen)
      await expect(page.getByRole('button', { name: title, exact: true })).toHaveAttribute('aria-pressed', 'true');
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Time zone').fill('Asia/Kolkata');
    await page.getByLabel('When').fill('30 12 * * *');
    await page.getByRole('button', { name: 'Add schedule' }).click();
    await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
    await page.getByRole('link', { name: 'Schedules' }).first().click();
    const row = page.getByRole('row').filter({ hasText: name });
    await expect(row).toContainText('every day at 12:30 · Asia/Kolkata');
    const next = new Date((await row.locator('time').getAttribute('datetime')) ?? '');
    const there = { timeZone: 'Asia/Kolkata', timeStyle: 'short' } as const;
    expect(next.toLocaleTimeString('en-GB', there), 'it is that time over there').toBe('12:30');
    return row;
  }

  test('a connection, which is chosen then', async ({ page }) => {
    const path = `/connections/${connectionId}`;
    const row = await schedule(page, { path, name: 'Test at noon', chosen: ['SSH test', 'Connections'] });
    await expect(row).toContainText('SSH test');
    await expect(row).toContainText('web-1');
  });

  test('a service, to restart it there', async ({ page, complaints }) => {
    // There is no systemd on this host to ask about it.
    complaints.expect(/status of [45]\d\d/);
    const path = `/connections/${connectionId}/services/nginx.service`;
    const row = await schedule(page, { path, name: 'Restart at noon', chosen: ['Service restart', 'Connections'] });
    await expect(row).toContainText('Service restart · nginx.service');
    await expect(row).toContainText('web-1');
  });

  test('a certificate, to renew it when it is due', async ({ page }) => {
    const path = `/certificates/${certificate.id}`;
    const row = await schedule(page, { path, name: 'Renew at noon', chosen: ['Certificate renewal', 'Certificates'] });
    await expect(row).toContainText('Certificate renewal');
    await expect(row).toContainText(certificate.name);
  });
});

test.describe('the pages of schedules', () => {
  let world: World;
  let pages: Record<string, string>;

  test.beforeAll(async () => {
    world = await World.start();
    const host = await world.startHost();
    const { id } = await world.connect(host, { name: 'web-1', tags: ['web'] });
    const fresh = await world.api.createConnection({ name: 'web-2', port: 1, tags: ['web'] });
    pages = await makeSchedules(world, [id, fresh.id]);
  });

  test.afterAll(async () => {
    await world.stop();
  });

  for (const scheme of ['light', 'dark'] as const) {
    for (const [width, viewport] of Object.entries(widths)) {
      test(`have no fault that axe finds, and fit the screen: ${scheme} and ${width}`, async ({ page, complaints }) => {
        complaints.expect(/status of 404/);
        test.setTimeout(120_000);
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await signIn(page, world.url, world.administrator);
        const found: string[] = [];
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(`${world.url}${path}`);
          await hasLoaded(page, '.ls-page > p');
          if (/new|edit|page/.test(name)) await page.locator('lockstep-next-runs li').first().waitFor();
          found.push(...(await findings(page, name)));
          await picture(page, `${name}-${scheme}-${width}`);
        }
        expect(found).toEqual([]);
      });
    }
  }
});

/** One of each kind; the first has run, and left a host out. */
async function makeSchedules(world: World, [web]: readonly Connection['id'][]): Promise<Record<string, string>> {
  const { api } = world;
  const time = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
  const add = (input: object): Promise<Schedule> => api.call('POST', '/schedules', { ...time, ...input });
  const { id } = await add({ name: 'Nightly test of the web servers', type: 'ssh_test', tag: 'web' });
  const service = 'nginx.service';
  const restart = await add({ name: 'Restart nginx', type: 'service_restart', service, connectionIds: [web] });
  await add({ name: 'Renewals', type: 'certificate_renewal', tag: 'web', cron: '0 3 * * TUE#2', enabled: false });
  await add({ name: 'Unusual times', type: 'ssh_test', tag: 'web', cron: '*/7 1-5 1-7 JAN-JUN FRI#L' });
  const run = await api.call<ScheduleRunDetail>('POST', `/schedules/${id}/run`);
  for (const { operationId } of run.targets)
    if (operationId !== null) await api.operationOnce(operationId, ({ completedAt }) => completedAt !== null);
  await world.query(`UPDATE schedule_runs SET slot = fired_at - interval '2 hours', missed = 3 WHERE id = $1`, [
    run.id,
  ]);
  return {
    schedules: '/schedules',
    'schedules-no-match': '/schedules?search=nothing-like-it',
    'schedule-page': `/schedules/${id}`,
    'schedule-page-restart': `/schedules/${restart.id}`,
    'schedule-run': `/schedules/${id}/runs/${run.id}`,
    'schedule-new': '/schedules/new',
    'schedule-edit': `/schedules/${restart.id}/edit`,
    'schedule-missing': '/schedules/2000000000',
  };
}
