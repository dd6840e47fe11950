import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { connectBrowser, hasChromium, newVisit, readable } from '../support/browser.ts';

const PASSWORD = 'correct horse battery staple';
/** Longer than answers count as fresh. */
const STALE_MS = 31_000;

describe.skipIf(!hasChromium)('pages of a member of a team (skipped where Chromium is missing)', () => {
  let application: Application;
  let url = '';
  let browser: Browser;

  const send = async (method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<void> => {
    const headers = { authorization: `Bearer ${application.localKey}` };
    const json = { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(url + path, { method, ...(body === undefined ? { headers } : json) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };

  beforeAll(async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-team-access-'));
    const flags = { data, port: 0, logLevel: 'fatal', accounts: 'on', accessReads: 'teams' };
    const { config } = loadConfig({ environment: {}, flags });
    application = await createApplication(config);
    await application.ensureFirstAccount();
    url = await listenOn(application.http, config);
    browser = await connectBrowser();
    const teams = ['search', 'ads'].map((name) => ({
      file: `${name}.yaml`,
      text: JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Team', metadata: { name }, spec: {} }),
    }));
    await send('POST', '/api/v1/apply', { documents: teams });
    for (const team of ['search', 'ads']) {
      const tags = [{ key: 'steelyard.team', value: team }];
      await send('POST', '/api/2.0/mlflow/registered-models/create', { name: `${team}-model`, tags });
    }
    await send('POST', '/api/v1/accounts', { name: 'alice', role: 'contributor', password: PASSWORD });
  });
  afterAll(async () => {
    await browser?.close();
    await application?.[Symbol.asyncDispose]();
  });

  const open = async (page: Page, path: string): Promise<void> => {
    await page.goto(url + path);
    await page.getByLabel('Account').fill('alice');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByTestId('answer').waitFor();
  };

  it('list the things of the team, and state why those of others are not visible', async () => {
    await send('PUT', '/api/v1/teams/search/members/alice', { role: 'contributor' });
    const { page } = await newVisit(browser, { isolated: true });
    await open(page, '/models');
    await page.getByRole('link', { name: 'search-model' }).first().waitFor();
    expect(await page.getByText('ads-model').count()).toBe(0);
    await page.goto(`${url}/models/ads-model`);
    const answer = page.getByTestId('answer').filter({ hasText: 'not visible' });
    await answer.waitFor();
    expect(await readable(answer)).toBe('Model ads-model: not visible to your account, which sees the data of search.');
  });

  it('name the team on every page, and where they would be empty', async () => {
    await send('PUT', '/api/v1/teams/search/members/alice', { role: 'contributor' });
    const { page } = await newVisit(browser, { isolated: true });
    await open(page, '/experiments');
    const visible = page.getByTestId('visible-teams');
    expect(await readable(visible)).toContain('Your account sees the data of team search only.');
    expect(await readable(page.getByTestId('empty').first())).toContain(
      'Your account sees the data of team search only.',
    );
  });

  it('say so when the member leaves the team while the page is open', async () => {
    await send('PUT', '/api/v1/teams/search/members/alice', { role: 'contributor' });
    const { page } = await newVisit(browser, { isolated: true });
    await page.clock.install();
    await open(page, '/models/search-model');
    await page.getByTestId('answer').filter({ hasNotText: 'not visible' }).waitFor();
    await send('DELETE', '/api/v1/teams/search/members/alice');
    await page.clock.fastForward(STALE_MS);
    await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))");
    const answer = page.getByTestId('answer').filter({ hasText: 'not visible' });
    await answer.waitFor();
    expect(await readable(answer)).toBe('Model search-model: not visible to your account, which is in no team.');
  });
});
