import type { Certificate } from '@lockstep/contract';
import { type LockstepServer, TlsProbe, startLockstep } from '@lockstep/server-testing';
import type { Page } from '@playwright/test';
import { ApiClient } from './support/api-client.js';
import { picture } from './support/looks.js';
import { expect, signIn, test } from './support/test.js';

const marina = { username: 'marina', password: 'four quiet harbour lights' };
const [due, stubborn] = ['Demo: shop', 'Demo: reload ignored'];

test.describe('a newcomer without a host, by the demo fleet', () => {
  // The second one signs in as whom the first has set up.
  test.describe.configure({ mode: 'serial' });
  let lockstep: LockstepServer;

  test.beforeAll(async () => {
    const nobody = { LOCKSTEP_ADMIN_USERNAME: undefined, LOCKSTEP_ADMIN_PASSWORD: undefined };
    lockstep = await startLockstep({ parameters: ['--demo'], env: nobody });
  });

  test.afterAll(() => lockstep.dispose());

  /** A certificate, and the leaf that its port really shows. */
  const look = async (api: ApiClient, name: string): Promise<{ certificate: Certificate; leaf: string }> => {
    const { items } = await api.call<{ items: Certificate[] }>('GET', '/certificates');
    const certificate = items.find((one) => one.name === name);
    if (!certificate) throw new Error(`There is no certificate ${name}`);
    return { certificate, leaf: await TlsProbe.look(certificate.targets[0]?.verify[0]?.port ?? 0) };
  };
  const open = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('navigation').getByRole('link', { name: 'Certificates' }).click();
    await page.getByRole('link', { name }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(name);
  };

  test('approves the key of a host, renews what is due there, and sees the new leaf served', async ({ page }) => {
    test.setTimeout(120_000);
    await page.goto(/http\S+\/setup#token=\S+/.exec(lockstep.log())?.[0] ?? '');
    await page.getByLabel('User name').fill(marina.username);
    await page.getByLabel('Password', { exact: true }).fill(marina.password);
    await page.getByLabel('Password again').fill(marina.password);
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await expect(page.getByText('No host at hand? Take a demo host.')).toBeVisible();
    await open(page, due);
    await expect(page.getByText('automatic renewal is off, so somebody must renew it')).toBeVisible();
    await picture(page, 'demo-certificate-due-light-wide');
    const api = await ApiClient.signIn(lockstep.url, marina);
    const before = await look(api, due);
    expect(before.leaf, 'what is told is what is served').toBe(before.certificate.inUse?.fingerprint);

    await page.getByRole('button', { name: 'Renew' }).click();
    await page.getByRole('link', { name: 'Look at the host key' }).click({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Approve and test' }).click();
    await expect(page.getByText('Reachable')).toBeVisible({ timeout: 30_000 });

    await open(page, due);
    await page.getByRole('button', { name: 'Renew' }).click();
    await expect(page.getByText('Newest version')).toBeVisible({ timeout: 30_000 });
    await picture(page, 'demo-certificate-renewed-light-wide');
    const after = await look(api, due);
    expect(after.leaf).toBe(after.certificate.version?.fingerprint);
    expect(after.leaf).not.toBe(before.leaf);
  });

  test('is told that the old certificate is back where the server ignores its reload', async ({ page }) => {
    test.setTimeout(150_000);
    const api = await ApiClient.signIn(lockstep.url, marina);
    const { certificate, leaf } = await look(api, stubborn);
    await api.approveHostKey(certificate.targets[0]?.connectionId ?? 0);
    await signIn(page, lockstep.url, marina);
    await open(page, stubborn);
    await page.getByRole('button', { name: 'Renew' }).click();
    const failure = page.getByRole('region').filter({ hasText: 'NOT_SERVED' });
    await expect(failure).toContainText('The old certificate is back and is served.', { timeout: 90_000 });
    await picture(page, 'demo-rolled-back-light-wide');
    expect((await look(api, stubborn)).leaf).toBe(leaf);
    await page.getByRole('link', { name: /The new certificate is not served/ }).click();
    await expect(page.locator('[data-step=switch]')).toContainText('Completed');
    await expect(page.locator('[data-step=verify]')).toContainText('Failed');
    await picture(page, 'demo-operation-rolled-back-light-wide');
  });
});
