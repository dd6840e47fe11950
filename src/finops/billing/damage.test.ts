import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { billText, call, catchProblem, importFiles, testApplication } from '../../testing/application.ts';
import { costSummary } from '../costs/schema.ts';

let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application[Symbol.asyncDispose]());

const summaryOf = (month: string) =>
  call(application, costSummary, { query: { by: 'serviceName', from: month, to: month } });

/** Paths of the files in the current manifest. */
async function lakeFiles(table: string, month: string): Promise<string[]> {
  const rows = await application.store
    .tables<{ lake_file: { path: string; table_name: string; partition_name: string; removed_at: number | null } }>()
    .selectFrom('lake_file')
    .select(['path', 'partition_name'])
    .where('table_name', '=', table)
    .where('removed_at', 'is', null)
    .execute();
  const ofMonth = rows.filter(({ partition_name: partition }) => partition.endsWith(month));
  return ofMonth.map(({ path }) => join(application.config.data, 'lake', path));
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 3);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

const damages = {
  removed: (path: string) => rmSync(path),
  truncated: (path: string) => truncateSync(path, readFileSync(path).length - 9),
  'other bytes of the same size': flip,
};

describe.each(['bill_row', 'allocated_daily'])('a damaged file of %s', (table) => {
  it.each(Object.entries(damages))(
    '(%s) is named with its month, and the same import heals it',
    async (what, damage) => {
      const source = `${table}-${what.length}`;
      const months = ['2026-08', '2026-09'];
      const rows = months.map((period, index) => ({ cost: `${index + 1}.25`, period, account: source }));
      const more = rows.map((row) => ({ ...row, day: 9 }));
      const files = { 'bill.csv': billText(...rows), 'more.csv': billText(...more) };
      await importFiles(application, source, files);
      const [august, september] = [await summaryOf('2026-08'), await summaryOf('2026-09')];
      for (const path of await lakeFiles(table, '2026-08')) damage(path);
      expect(await catchProblem(summaryOf('2026-08'))).toMatchObject({
        ...{ code: 'lake_file_damaged', status: 503 },
        detail: expect.stringMatching(/table \w+ of 2026-08.*steelyard verify --repair/),
      });
      expect(await summaryOf('2026-09')).toEqual(september);
      expect(await importFiles(application, source, files)).toMatchObject({ unchanged: true, accepted: 4 });
      for (const other of healedBefore) await importFiles(application, other.source, other.files);
      healedBefore.push({ source, files });
      expect(await summaryOf('2026-08')).toEqual(august);
    },
  );
});

/** Deliveries of earlier tests, whose files of the month were damaged too. */
const healedBefore: { source: string; files: Record<string, string> }[] = [];

describe('a damaged raw file', () => {
  it('is not imported again by its digest, and the same file in an upload takes its place', async () => {
    const files = { 'raw.csv': billText({ cost: '7', period: '2026-05' }) };
    await importFiles(application, 'raw', files);
    const [delivery] = await application.store
      .tables<{ bill_delivery: { files: string; source: string } }>()
      .selectFrom('bill_delivery')
      .select('files')
      .where('source', '=', 'raw')
      .execute();
    const [{ sha256 = '' } = {}] = JSON.parse(delivery?.files ?? '[]') as { sha256?: string }[];
    const raw = join(application.config.data, 'objects', 'bills', sha256);
    flip(raw);
    await importFiles(application, 'raw', files);
    expect(readFileSync(raw, 'utf8')).toBe(files['raw.csv']);
  });
});
