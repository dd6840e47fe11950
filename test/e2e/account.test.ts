import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listen } from '../../src/platform/http/index.ts';
import { connectBrowser, hasChromium, newVisit, readable } from '../support/browser.ts';

describe.skipIf(!hasChromium)('the login (skipped where Chromium is missing)', () => {
  let application: Application;
  let url = '';
  let password = '';
  let browser: Browser;
  beforeAll(async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-login-'));
    const flags = { data, port: 0, logLevel: 'fatal', accounts: 'on' };
    const { config } = loadConfig({ environment: {}, flags });
    application = await createApplication(config);
    password = (await application.ensureFirstAccount())?.password ?? '';
    url = await listen(application.http, config);
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await application?.[Symbol.asyncDispose]();
  });

  const fill = async (page: Page, secret: string): Promise<void> => {
    await page.getByLabel('Account').fill('admin');
    await page.getByLabel('Password').fill(secret);
    await page.getByRole('button', { name: 'Log in' }).click();
  };

  it.each(['light', 'dark'] as const)('is all that a stranger sees, and reads well in %s colours', async (scheme) => {
    const { page, complaints, requested } = await newVisit(browser, { scheme, isolated: true });
    await page.goto(`${url}/models`);
    await page.getByTestId('login').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(
      requested.filter((address) => address.includes('/api/')).map((address) => new URL(address).pathname),
    ).toEqual(['/api/v1/session']);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
  });

  it('refuses a wrong password in words, and opens the page that was asked for with the right one', async () => {
    const { page, context } = await newVisit(browser, { isolated: true });
    await page.goto(`${url}/models`);
    await fill(page, 'not the password');
    expect(await readable(page.getByRole('alert'))).toBe('The name or the password is wrong.');
    await fill(page, password);
    await page.getByTestId('answer').waitFor();
    expect(page.url()).toContain('/models');
    expect(await readable(page.getByTestId('who'))).toContain('admin');
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: 'steelyard_session', httpOnly: true, sameSite: 'Strict' });
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  it('ends with Log out, for the server too', async () => {
    const { page, context } = await newVisit(browser, { isolated: true });
    await page.goto(url);
    await fill(page, password);
    await page.getByTestId('answer').waitFor();
    const [cookie] = await context.cookies();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByTestId('login').waitFor();
    const again = await fetch(`${url}/api/v1/teams`, { headers: { cookie: `${cookie?.name}=${cookie?.value}` } });
    expect(again.status).toBe(401);
  });

  it('comes back when the session ends under an open page', async () => {
    const { page } = await newVisit(browser, { isolated: true });
    await page.goto(url);
    await fill(page, password);
    await page.getByTestId('answer').waitFor();
    await application.http.inject({
      method: 'PATCH',
      url: '/api/v1/accounts/admin',
      headers: { host: 'localhost', authorization: `Bearer ${application.localKey}` },
      payload: { password },
    });
    await page.getByRole('link', { name: 'Decisions' }).first().click();
    await page.getByTestId('login').waitFor();
  });
});
