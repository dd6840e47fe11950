import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listPriceLists } from '../../finops/prices/schema.ts';
import { call, testApplication } from '../../testing/application.ts';
import { listBackupRuns, startBackup } from '../backup/schema.ts';
import { postApply } from '../manifests/schema.ts';
import { getSystem } from './schema.ts';

describe('a server describes', () => {
  let application: Awaited<ReturnType<typeof testApplication>>;
  beforeAll(async () => {
    application = await testApplication();
  });
  afterAll(() => application?.[Symbol.asyncDispose]());

  it('its version, its store and the size of its data folder', async () => {
    const system = await call(application, getSystem, {});
    expect(system).toMatchObject({
      storeEngine: 'sqlite',
      licence: 'Apache-2.0',
      version: expect.stringMatching(/^\d/),
    });
    expect(system.dataFolder.files).toBeGreaterThan(1);
    expect(system.dataFolder.sizeBytes).toBeGreaterThan(100_000);
    expect((await call(application, getSystem, {})).dataFolder).toEqual(system.dataFolder);
  });

  it('its sources of prices with their counts', async () => {
    const book =
      '{currency: USD, source: contract, prices: [{resource: vcpu, perHour: "0.04", effectiveFrom: 2026-01-01}]}';
    const text = `apiVersion: steelyard/v1\nkind: PriceBook\nmetadata: {name: ours}\nspec: ${book}\n`;
    await call(application, postApply, { body: { documents: [{ file: 'prices.yaml', text }] } });
    const { lists } = await call(application, listPriceLists, {});
    expect(lists.map(({ origin, name }) => `${origin} ${name}`)).toEqual(['own ours', 'builtIn built-in']);
    expect(lists[0]).toMatchObject({ prices: 1, asOf: expect.stringMatching(/Z$/) });
    expect(lists[1]?.prices).toBeGreaterThan(50);
  });

  it('the backups that it was asked for, newest first', async () => {
    expect((await call(application, listBackupRuns, {})).runs).toEqual([]);
    const to = mkdtempSync(join(tmpdir(), 'backups-'));
    await call(application, startBackup, { body: { to } });
    const listed = () => call(application, listBackupRuns, {});
    await vi.waitFor(async () => expect((await listed()).runs).toMatchObject([{ to, state: 'ended' }]), {
      timeout: 30_000,
    });
  });
});
