import { type HookReceiver, type Mailbox, startHookReceiver, startMailbox } from '@lockstep/server-testing';
import type { NotificationChannel } from '@lockstep/contract';
import type { Page } from '@playwright/test';
import { findings, picture } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

const widths = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

test.describe('notifications', () => {
  let world: World;
  let hook: HookReceiver;
  let mailbox: Mailbox;

  test.beforeAll(async () => {
    [world, hook, mailbox] = await Promise.all([World.start(), startHookReceiver(), startMailbox()]);
  });

  test.afterAll(async () => {
    await Promise.all([hook.stop(), mailbox.stop()]);
    await world.stop();
  });

  test('one adds a channel, tries it out, hears of a changed host key, and sends again what did not arrive', async ({
    page,
  }) => {
    const host = await world.startHost();
    const connection = await world.connect(host, { name: 'shop.example.net' });
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/settings/notifications`);
    await expect(page.getByRole('heading', { name: 'Nobody is told yet' })).toBeVisible();
    await expect(page.getByText('Host key changed'), 'it says what one would hear of').toBeVisible();

    await page.getByRole('link', { name: 'Add the first channel' }).click();
    await page.getByRole('button', { name: 'Webhook' }).click();
    await page.getByRole('button', { name: 'Add channel' }).click();
    await expect(page.getByText('Give the channel a name.')).toBeVisible();
    await page.getByLabel('Name', { exact: true }).fill('Pager');
    await page.getByLabel('Address').fill(hook.url);
    await page.getByRole('button', { name: 'Add channel' }).click();
    await expect(page.getByText(/^whsec_/), 'the secret is shown this once').toBeVisible();
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await expect(page.getByText(/^whsec_/)).toHaveCount(0);

    hook.answers.push({ status: 403, body: 'who are you?' });
    await page.getByRole('button', { name: 'Send test message' }).click();
    await expect(page.getByText('It did not arrive.')).toBeVisible();
    await expect(page.getByText('answered 403: who are you?').first()).toBeVisible();
    await page.getByRole('button', { name: 'Send test message' }).click();
    await expect(page.getByText(/The other side took it after/)).toBeVisible();
    await expect(page.getByText('Working')).toBeVisible();

    hook.answers.push({ status: 500, body: 'out of order' });
    await host.sshd.changeHostKey();
    await world.api.tested(connection.id);
    const message = page.getByRole('listitem').filter({ hasText: 'The host key of shop.example.net has changed' });
    await expect(async () => {
      await page.getByRole('button', { name: 'Read again' }).click();
      await expect(message.getByText('answered 500: out of order')).toBeVisible({ timeout: 1_000 });
    }).toPass();
    // Its next attempt is not waited for, and does not come in between.
    await world.query(`UPDATE notification_deliveries SET next_attempt_at = now() + interval '1 hour'`);
    await message.getByRole('button', { name: /Send now/ }).click();
    await expect(message.getByText('Delivered', { exact: true })).toBeVisible();
    expect(hook.hooks.at(-1)?.headers['webhook-id']).toBe(hook.hooks.at(-2)?.headers['webhook-id']);
  });

  test('a mail channel is made, changed without typing its password again, switched off and removed', async ({
    page,
    complaints,
  }) => {
    complaints.expect(/status of 400/);
    await world.api.createConnection({ name: 'db.example.net', port: 22, tags: ['production'] });
    await signIn(page, world.url, world.administrator);
    await page.goto(`${world.url}/settings/notifications/new`);
    await page.getByLabel('Name', { exact: true }).fill('Office');
    await page.getByLabel('Encryption').selectOption('none');
    await expect(page.getByLabel('Port'), 'the usual port follows').toHaveValue('25');
    await page.getByLabel('Mail server').fill('127.0.0.1');
    await page.getByLabel('Port').fill(String(mailbox.port));
    await page.getByLabel('From').fill('lockstep@example.org');
    await page.getByLabel('To', { exact: true }).fill('ada@example.org, bob@example.org');
    await page.getByRole('button', { name: 'Some hosts' }).click();
    await page.getByRole('group', { name: 'Tags' }).getByRole('button', { name: 'production' }).click();
    await page.getByRole('checkbox', { name: 'Nothing ran' }).uncheck();
    await page.getByRole('button', { name: 'Add channel' }).click();

    await page.getByRole('button', { name: 'Send test message' }).click();
    await expect(page.getByText(/The other side took it after/)).toBeVisible();
    expect(mailbox.mails.map(({ to }) => to)).toEqual([['ada@example.org', 'bob@example.org']]);

    await page.getByLabel('To', { exact: true }).fill('not an address');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await page.getByLabel('To', { exact: true }).fill('eve@example.org');
    await page.getByRole('checkbox', { name: 'Switched on' }).uncheck();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByText('Off', { exact: true })).toBeVisible();
    await page.reload();
    await expect(page.getByLabel('To', { exact: true })).toHaveValue('eve@example.org');
    await expect(page.getByRole('checkbox', { name: 'Nothing ran' })).not.toBeChecked();
    await expect(page.getByRole('group', { name: 'Tags' }).getByRole('button', { name: 'production' })).toHaveAttribute(
      'aria-pressed',
      'true',
    );

    await page.getByRole('button', { name: 'Remove …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove channel' }).click();
    await expect(page).toHaveURL(`${world.url}/settings/notifications`);
    await expect(page.getByRole('link', { name: 'Office' })).toHaveCount(0);
  });
});

test.describe('the pages of notifications', () => {
  let worlds: readonly [told: World, silent: World];
  let hook: HookReceiver;
  let channel: NotificationChannel;

  test.beforeAll(async () => {
    const [told, silent, receiver] = await Promise.all([World.start(), World.start(), startHookReceiver()]);
    [worlds, hook] = [[told, silent], receiver];
    const { api } = told;
    const add = (name: string, target: object, more: object = {}) =>
      api.call<NotificationChannel>('POST', '/notification-channels', { name, target, ...more });
    channel = await add('Pager of the people on call', { kind: 'webhook', url: hook.url });
    await api.call('POST', `/notification-channels/${channel.id}/test`);
    hook.answers.push({ status: 403, body: 'who are you?' });
    await api.call('POST', `/notification-channels/${channel.id}/test`);
    const mail = {
      host: '127.0.0.1',
      port: 9,
      security: 'none',
      from: 'lockstep@example.org',
      to: ['ada@example.org'],
    };
    await add('Office', { kind: 'email', ...mail }, { tags: ['production'] });
    await add('Phone', { kind: 'ntfy', server: 'https://ntfy.example.org', topic: 'lockstep-alerts' });
  });

  test.afterAll(async () => {
    await Promise.all([hook.stop(), ...worlds.map((world) => world.stop())]);
  });

  for (const scheme of ['light', 'dark'] as const) {
    for (const [width, viewport] of Object.entries(widths)) {
      test(`have no fault that axe finds, and fit the screen: ${scheme} and ${width}`, async ({ page, complaints }) => {
        complaints.expect(/status of 404/);
        test.setTimeout(120_000);
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        const found: string[] = [];
        const look = async (name: string): Promise<void> => {
          await expect(page.getByText('Loading …')).toHaveCount(0);
          found.push(...(await findings(page, name)));
          await picture(page, `${name}-${scheme}-${width}`);
        };
        const [told, silent] = worlds;
        await signIn(page, told.url, told.administrator);
        await lookAtChannels(page, `${told.url}/settings/notifications`, { channel, look });
        await signIn(page, silent.url, silent.administrator);
        await page.goto(`${silent.url}/settings/notifications`);
        await look('notifications-empty');
        expect(found).toEqual([]);
      });
    }
  }
});

/** The list, each kind's form with what it objects to, and the page of one that works and failed once. */
async function lookAtChannels(
  page: Page,
  url: string,
  { channel, look }: { channel: NotificationChannel; look: (name: string) => Promise<void> },
): Promise<void> {
  await page.goto(url);
  await look('notifications-list');
  await page.goto(`${url}/new`);
  for (const kind of ['E-mail', 'Webhook', 'Slack', 'ntfy']) {
    await page.getByRole('button', { name: kind, exact: true }).click();
    await look(`notifications-new-${kind.toLowerCase()}`);
  }
  await page.getByRole('button', { name: 'Some hosts' }).click();
  await page.getByRole('button', { name: 'Add channel' }).click();
  await page.getByText('Give the channel a name.').waitFor();
  await look('notifications-new-refused');
  await page.goto(`${url}/${channel.id}`);
  await page.getByText('who are you?').first().waitFor();
  await look('notifications-page');
  await page.goto(`${url}/2000000000`);
  await page.getByRole('alert').waitFor();
  await look('notifications-missing');
}
