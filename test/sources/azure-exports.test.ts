import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Application } from '../../src/main.ts';
import { testApplication } from '../../src/testing/application.ts';
import { type BlobServer, startAzurite } from '../support/azurite.ts';
import { applySource, billedTotal, focusBill, outcomes, syncSource } from '../support/bill-sync.ts';

const RUNS = ['16e57707-f9e3-49be-8be6-b84e684b5194', '73746dc5-5dcc-4b83-b340-bb1bd2b1ca30'] as const;

describe('Azure exports in a container of Azure Blob', () => {
  let server: BlobServer;
  let application: Application;
  let container: string;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    application = await testApplication();
    container = await server.newContainer();
    vi.stubEnv('BILLS_SAS', server.sas(container, 'rl', new Date(Date.now() + 3_600_000)));
    const location = { type: 'azureBlob', container, accountUrl: server.accountUrl, sasToken: 'env:BILLS_SAS' };
    await applySource(application, 'azure', { location, schedule: null });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await application[Symbol.asyncDispose]();
  });

  /** One run, month to date, in partitions, as Cost Management writes it. */
  async function putRun(folder: string, runId: string, day: string, parts: readonly string[]): Promise<string[]> {
    const contents = parts.map((text) => gzipSync(text));
    const blobs = contents.map((content, index) => ({
      blobName: `${folder}/part_${index}_0001.csv.gz`,
      byteCount: content.length,
      dataRowCount: (parts[index] ?? '').trim().split('\n').length - 1,
    }));
    for (const [index, { blobName }] of blobs.entries()) await server.put(container, blobName, contents[index] ?? '');
    const manifest = {
      manifestVersion: '2024-04-01',
      blobCount: blobs.length,
      byteCount: blobs.reduce((sum, { byteCount }) => sum + byteCount, 0),
      dataRowCount: blobs.reduce((sum, { dataRowCount }) => sum + dataRowCount, 0),
      exportConfig: {
        exportName: 'daily',
        resourceId: '/subscriptions/s-1/providers/Microsoft.CostManagement/exports/daily',
        type: 'FocusCost',
      },
      deliveryConfig: { partitionData: true, fileFormat: 'Csv', compressionMode: 'Gzip' },
      runInfo: {
        runId,
        submittedTime: `2026-10-${day}T05:00:00.1234567Z`,
        startDate: '2026-10-01T00:00:00',
        endDate: `2026-10-${day}T00:00:00Z`,
      },
      blobs,
    };
    await server.put(container, `${folder}/manifest.json`, JSON.stringify(manifest));
    return [...blobs.map(({ blobName }) => blobName), `${folder}/manifest.json`];
  }

  const folderOf = (time: string, runId: string) => `billing/daily/20261001-20261031/${time}/${runId}`;
  const remove = async (keys: readonly string[]) => {
    for (const key of keys) await server.remove(container, key);
  };

  it('count by the newest run where runs stay beside each other', async () => {
    await putRun(folderOf('202610200500', RUNS[0]), RUNS[0], '20', [
      focusBill('2026-10', '1.5'),
      focusBill('2026-10', '2'),
    ]);
    expect(outcomes(await syncSource(application, 'azure'))).toEqual(['daily 2026-10 imported 2']);
    await putRun(folderOf('202610210500', RUNS[1]), RUNS[1], '21', [
      focusBill('2026-10', '1.5', '3'),
      focusBill('2026-10', '2'),
    ]);
    expect(outcomes(await syncSource(application, 'azure'))).toEqual(['daily 2026-10 imported 3']);
    expect(outcomes(await syncSource(application, 'azure'))).toEqual(['daily 2026-10 unchanged 3']);
    expect(await billedTotal(application)).toBe('6.5');
  });

  it('count by the run that has taken the place of the one before', async () => {
    const before = await putRun(folderOf('202610200500', RUNS[0]), RUNS[0], '20', [focusBill('2026-10', '1')]);
    await syncSource(application, 'azure');
    await remove(before);
    expect(outcomes(await syncSource(application, 'azure'))).toEqual([]);
    expect(await billedTotal(application)).toBe('1');
    await putRun(folderOf('202610210500', RUNS[1]), RUNS[1], '21', [focusBill('2026-10', '1', '2')]);
    expect(outcomes(await syncSource(application, 'azure'))).toEqual(['daily 2026-10 imported 2']);
    expect(await billedTotal(application)).toBe('3');
  });

  it('wait while a run is written over another in the same folder', async () => {
    const folder = 'billing/daily/20261001-20261031/current';
    await putRun(folder, RUNS[0], '20', [focusBill('2026-10', '1')]);
    await syncSource(application, 'azure');
    const keys = await putRun(folder, RUNS[1], '21', [focusBill('2026-10', '1', '2'), focusBill('2026-10', '4')]);
    await remove(keys.slice(1, 2));
    const broken = await syncSource(application, 'azure');
    expect(broken.deliveries).toMatchObject([{ outcome: 'failed', code: 'bill_manifest_broken' }]);
    expect(await billedTotal(application)).toBe('1');
    await putRun(folder, RUNS[1], '21', [focusBill('2026-10', '1', '2'), focusBill('2026-10', '4')]);
    expect(outcomes(await syncSource(application, 'azure'))).toEqual(['daily 2026-10 imported 3']);
    expect(await billedTotal(application)).toBe('7');
  });

  it('without manifests count by the newest whole file', async () => {
    const key = (runId: string) => `export/myExport/20240101-20240131/myExport_${runId}.csv`;
    await server.put(container, key(RUNS[0]), focusBill('2024-01', '1'));
    expect(outcomes(await syncSource(application, 'azure'))).toEqual(['myExport 2024-01 imported 1']);
    await new Promise((resolve) => setTimeout(resolve, 1100)); // Blob storage has times in whole seconds
    await server.put(container, key(RUNS[1]), focusBill('2024-01', '1', '2'));
    expect(outcomes(await syncSource(application, 'azure'))).toEqual(['myExport 2024-01 imported 2']);
    expect(await billedTotal(application)).toBe('3');
  });

  it('cannot be read with a SAS that has run out, and what stood stands', async () => {
    await putRun(folderOf('202610200500', RUNS[0]), RUNS[0], '20', [focusBill('2026-10', '1')]);
    await syncSource(application, 'azure');
    vi.stubEnv('BILLS_SAS', server.sas(container, 'rl', new Date(Date.now() - 60_000)));
    const failed = await syncSource(application, 'azure');
    expect(failed).toMatchObject({ state: 'failed', deliveries: [], error: { code: 'bucket_access_denied' } });
    expect(JSON.stringify(failed)).not.toContain('sig=');
    expect(await billedTotal(application)).toBe('1');
  });
});
