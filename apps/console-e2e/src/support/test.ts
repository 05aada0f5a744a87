import { type BrowserContext, type Page, test as base } from '@playwright/test';
import type { Credentials } from './api-client.js';

/** Listens to what a browser complains about: errors in its console (refused by the content policy too) and thrown ones. */
export class Complaints {
  private readonly heard: string[] = [];
  private readonly expected: RegExp[] = [];

  listen(context: BrowserContext): void {
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        this.heard.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.heard.push(`thrown: ${String(error.error())}`));
  }

  /** Chromium itself writes an error for each answer of 400 and above, and for each request without an answer. */
  expect(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  unexpected(): string[] {
    return this.heard.filter((words) => !this.expected.some((pattern) => pattern.test(words)));
  }
}

interface Journeys {
  complaints: Complaints;
  /** Another person at another computer: a browser profile of its own, signed in. */
  another: (url: string, who: Credentials) => Promise<Page>;
}

/** Playwright's test; one whose browser complained fails. */
export const test = base.extend<Journeys>({
  complaints: [
    async ({ browserName }, use) => {
      const complaints = new Complaints();
      await use(complaints);
      base.expect(complaints.unexpected(), `what ${browserName} complained about`).toEqual([]);
    },
    { auto: true },
  ],
  context: async ({ context, complaints }, use) => {
    complaints.listen(context);
    await use(context);
  },
  another: async ({ browser, complaints }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (url, who) => {
      const context = await browser.newContext();
      contexts.push(context);
      complaints.listen(context);
      const page = await context.newPage();
      await signIn(page, url, who);
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

export { expect } from '@playwright/test';

/** Signs in on the sign-in page and waits for the overview. */
export async function signIn(page: Page, url: string, { username, password }: Credentials): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}
