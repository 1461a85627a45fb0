import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { playgroundOperations } from '@tiffin/schema/playground-operations';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

// Driven as a person would: the page is loaded, somebody signs in, operations run, answers are read off the screen.
describe('the playground in a browser', () => {
  let platform: PlatformUnderTest;
  let browser: Browser;
  let page: Page;
  const outside: string[] = [];

  before(async () => {
    platform = await startPlatform();
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    });
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.on('request', (request) => {
      const url = request.url();
      if (/^https?:/.test(url) && !url.startsWith(platform.url)) outside.push(url);
    });
    await page.goto(`${platform.url}/`);
    await page.getByRole('tab').first().waitFor();
  });
  after(async () => {
    await browser?.close();
    await platform?.[Symbol.asyncDispose]();
  });

  const open = async (operation: string) => {
    // By keyboard: the tabs can be dragged, which a click that follows the mouse's move at once begins.
    await page.getByRole('tab').getByRole('button', { name: operation }).first().press('Enter');
    await page.locator('.graphiql-query-editor').getByText(operation).waitFor();
  };
  const run = async (operation: string, expected: RegExp) => {
    await open(operation);
    const answer = page.locator('.result-window').getByText(expected).first();
    // GraphiQL learns which operations a tab has a moment after it shows it; whoever is faster asks again.
    for (let attempt = 1; attempt <= 10; attempt++) {
      await page.getByRole('button', { name: /execute query/i }).click();
      const hasCome = await answer.waitFor({ timeout: 1_500 }).then(
        () => true,
        () => false,
      );
      if (hasCome) return;
    }
    assert.fail(`${operation} was not answered with ${expected}.`);
  };

  it("has the README's operations ready, a tab each", async () => {
    const names = playgroundOperations().map(({ text }) => /(?:query|mutation) (\w+)/.exec(text)?.[1] ?? '');
    for (const name of names) assert.equal(await page.getByRole('tab', { name }).count(), 1, name);
  });

  it('runs a public query', async () => {
    await run('BestShops', /reviewCount/);
  });

  it('shows an error of a union through its fragment', async () => {
    await run('ReviewNothing', /UNAUTHENTICATED/);
  });

  it('signs in, and from then on sends the token', async () => {
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(/is signed in/).waitFor();
    await run('ReviewNothing', /SHOP_NOT_FOUND/);
  });

  it('signs out again, and says so when a password is wrong', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('E-mail address or password is wrong.').waitFor();
  });

  it('asks nobody but Tiffin', () => assert.deepEqual(outside, []));
});
