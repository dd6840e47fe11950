import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
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
    url = await listenOn(application.http, config);
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
    await page.getByLabel('Account').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(
      requested.filter((address) => address.includes('/api/')).map((address) => new URL(address).pathname),
    ).toEqual(['/api/v1/session', '/api/v1/sign-on']);
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
    await page.getByTestId('who').click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByTestId('login').waitFor();
    const again = await fetch(`${url}/api/v1/teams`, { headers: { cookie: `${cookie?.name}=${cookie?.value}` } });
    expect(again.status).toBe(401);
  });

  it.each(['light', 'dark'] as const)('has a page with tokens and accounts, in %s colours', async (scheme) => {
    const { page, complaints } = await newVisit(browser, { scheme, isolated: true });
    await page.goto(`${url}/account`);
    await fill(page, password);
    await page.getByTestId('answer').waitFor();
    const label = `laptop ${scheme}`;
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Label').fill(label);
    await page.getByLabel('Expires after').selectOption('7');
    await page.getByRole('checkbox', { name: 'mlops.read' }).check();
    await page.getByRole('checkbox', { name: 'account.self' }).check();
    await page.getByRole('button', { name: /^Create token/ }).click();
    const secret = await readable(page.getByTestId('secret'));
    await page.getByRole('button', { name: /^Done/ }).click();
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const asToken = (path: string, body?: object) =>
      fetch(url + path, body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) });
    expect([(await asToken('/api/v1/pipelines')).status, (await asToken('/api/v1/costs/summary')).status]).toEqual([
      200, 403,
    ]);
    expect((await asToken('/api/v1/tokens', { label: `child of ${label}` })).status).toBe(200);
    await page.reload();
    const row = page.getByRole('row', { name: new RegExp(`^${label}`) });
    expect(await readable(row)).toMatch(/mlops\.read.*Password/s);
    const child = page.getByRole('row', { name: new RegExp(`^child of ${label}`) });
    expect(await readable(child)).toContain(label);
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
    await page.getByRole('button', { name: `Revoke ${label}`, exact: true }).click();
    await page.getByRole('button', { name: /^Revoke token/ }).click();
    await row.getByText('Revoked').waitFor();
    // Revoking a token also revokes the tokens that it created.
    await child.getByText('Revoked').waitFor();
    expect((await asToken('/api/v1/pipelines')).status).toBe(401);
    expect(complaints).toEqual([]);
  });

  it('lets an administrator delete other accounts', async () => {
    const body = JSON.stringify({ name: 'leaver', role: 'viewer', password: null });
    const authorization = `Bearer ${application.localKey}`;
    const headers = { authorization, 'content-type': 'application/json' };
    expect((await fetch(`${url}/api/v1/accounts`, { method: 'POST', headers, body })).status).toBe(200);
    const { page } = await newVisit(browser, { isolated: true });
    await page.goto(`${url}/account`);
    await fill(page, password);
    expect(await page.getByRole('button', { name: 'Delete admin' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Delete leaver' }).click();
    await page.getByRole('button', { name: /^Delete account/ }).click();
    await page.getByRole('button', { name: 'Delete leaver' }).waitFor({ state: 'detached' });
    const { accounts } = (await (await fetch(`${url}/api/v1/accounts`, { headers })).json()) as {
      accounts: { name: string }[];
    };
    expect(accounts.map(({ name }) => name)).toEqual(['admin']);
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
    const login = page.getByTestId('login').waitFor();
    // The page may send a request before the click; then the login page has already replaced the link.
    await Promise.race([page.getByRole('link', { name: 'Decisions' }).first().click(), login]);
    await login;
  });
});
