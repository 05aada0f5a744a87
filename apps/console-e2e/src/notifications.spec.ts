import { type HookReceiver, type Mailbox, startHookReceiver, startMailbox } from '@lockstep/server-testing';
import { expect, signIn, test } from './support/test.js';
import { World } from './support/world.js';

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
    await message.getByRole('button', { name: /Send again/ }).click();
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
