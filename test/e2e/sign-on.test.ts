import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, createApplication } from '../../src/main.ts';
import { SIGN_ON_CALLBACK } from '../../src/platform/auth/schema.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { connectBrowser, hasChromium, newVisit, readable } from '../support/browser.ts';
import { onFreePort } from '../support/free-port.ts';
import { startProvider, type TestProvider } from '../support/identity-provider.ts';

describe.skipIf(!hasChromium)('the login with single sign-on (skipped where Chromium is missing)', () => {
  let provider: TestProvider;
  let application: Application;
  let url = '';
  let browser: Browser;
  beforeAll(async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-sign-on-'));
    const secret = join(data, 'client-secret');
    await onFreePort(async (port) => {
      const publicUrl = `http://127.0.0.1:${port}`;
      provider = await startProvider(`${publicUrl}${SIGN_ON_CALLBACK}`);
      writeFileSync(secret, provider.clientSecret);
      const oidc = { oidcIssuer: provider.issuer, oidcClientId: provider.clientId, oidcClientSecret: `file:${secret}` };
      const flags = {
        ...{ data, port, publicUrl, logLevel: 'fatal', accounts: 'on', oidcLabel: 'Example ID' },
        ...{ ...oidc, oidcRoles: 'platform=admin', passwordAccounts: 'admin' },
      };
      const { config } = loadConfig({ environment: {}, flags });
      application = await createApplication(config);
      await application.ensureFirstAccount();
      url = await listenOn(application.http, config);
    });
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await application?.[Symbol.asyncDispose]();
    await provider?.[Symbol.asyncDispose]();
  });

  it('offers the provider first, and opens the page that was asked for after it', async () => {
    provider.people.set('ada', { subject: 'ada', email: 'ada@example.org', groups: ['platform'] });
    provider.signsIn = 'ada';
    const { page, complaints } = await newVisit(browser, { isolated: true });
    await page.goto(`${url}/account`);
    const button = page.getByRole('link', { name: 'Continue with Example ID' });
    await button.waitFor();
    expect(await page.getByLabel('Password').count()).toBe(0);
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
    await button.click();
    await page.getByTestId('answer').waitFor();
    expect(new URL(page.url()).pathname).toBe('/account');
    expect(await readable(page.getByTestId('who'))).toContain('ada@example.org');
    const row = page.getByRole('row', { name: /^ada@example\.org/ });
    await row.getByText('Single sign-on').waitFor();
    expect(complaints).toEqual([]);
  });

  it('says why a sign-in failed, and keeps the password of emergency accounts within reach', async () => {
    provider.people.set('eve', { subject: 'eve', email: 'eve@example.org', groups: [] });
    provider.signsIn = 'eve';
    const { page } = await newVisit(browser, { isolated: true });
    await page.goto(url);
    await page.getByRole('link', { name: 'Continue with Example ID' }).click();
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toBe('You have no access to this server. Ask an administrator for a group with access.');
    await page.getByRole('button', { name: 'Log in with a password' }).click();
    await page.getByLabel('Password').waitFor();
    await page.getByText('only for emergency accounts').waitFor();
  });
});
