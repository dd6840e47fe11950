import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../../main.ts';
import { call, catchProblem, importFiles } from '../../../testing/application.ts';
import { quietApplication } from '../../../testing/shared.ts';
import { costRows } from '../../costs/schema.ts';
import { downloadRaw, getRawRow } from './schema.ts';

const HEADER = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceName,Note';
const line = (cost: string, service = 'EC2', note = '') => `${cost},USD,2026-10-01,2026-10-02,${service},${note}`;

let application: Application;
beforeEach(async () => {
  application = await quietApplication();
  onTestFinished(() => application[Symbol.asyncDispose]());
});

const raw = (delivery: string | null, file: string, row: number) =>
  call(application, getRawRow, { query: { delivery: delivery ?? '', file, row } });

describe('the raw line behind a row', () => {
  it('is found from any row, whatever the file is like', async () => {
    const tricky = [HEADER, line('1', '"two\nlines"'), '', line('2', '"a ""quoted"" one"', ' kept '), line('3')];
    const files = {
      'plain.csv': `${tricky.join('\n')}\n`,
      'packed.csv.gz': gzipSync(`\ufeff${tricky.join('\r\n')}`),
      'semicolon.csv': tricky.join('\n').replaceAll(',', ';'),
    };
    const { delivery } = await importFiles(application, 'aws', files);
    const { rows } = await call(application, costRows, { query: { metric: 'billedCost' } });
    expect(rows).toHaveLength(9);
    for (const row of rows) {
      const found = await raw(delivery, row.file ?? '', Number(row.rowNumber));
      const fields = Object.fromEntries(found.fields.map(({ column, value }) => [column, value]));
      expect(fields).toMatchObject({ BilledCost: row.billedCost, BillingCurrency: 'USD' });
      expect(fields.ServiceName?.replaceAll('\r', '')).toBe(row.serviceName?.replaceAll('\r', ''));
    }
    expect(await raw(delivery, 'plain.csv', 2)).toMatchObject({
      ...{ line: 5, row: 2 },
      fields: expect.arrayContaining([
        { column: 'ServiceName', value: 'a "quoted" one' },
        { column: 'Note', value: ' kept ' },
      ]),
    });
  });

  it('is the right one behind lines that were left out', async () => {
    const content = [HEADER, line('1'), 'cut,off', line('x'), line('2', 'S3')].join('\n');
    const { delivery } = await importFiles(application, 'aws', { 'a.csv': content }, 2);
    const { rows } = await call(application, costRows, { query: { filter: 'serviceName=S3', metric: 'billedCost' } });
    const found = await raw(delivery, 'a.csv', Number(rows[0]?.rowNumber));
    expect(found).toMatchObject({ line: 5, fields: expect.arrayContaining([{ column: 'BilledCost', value: '2' }]) });
  });

  it('of Parquet is the row with the text of every column', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'raw-')), 'bill.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`COPY (SELECT (i * 1.5)::DECIMAL(20,10) AS BilledCost, 'USD' AS BillingCurrency,
      TIMESTAMP '2026-10-01' AS BillingPeriodStart, TIMESTAMP '2026-10-02' AS ChargePeriodStart, NULL::VARCHAR AS ServiceName,
      MAP {'team': 'a'} AS Tags FROM range(1, 4) t(i)) TO '${path}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    const { delivery } = await importFiles(application, 'aws', { 'b.parquet': readFileSync(path) });
    expect(await raw(delivery, 'b.parquet', 2)).toEqual({
      ...{ delivery, file: 'b.parquet', row: 2, line: null },
      fields: [
        { column: 'BilledCost', value: '3.0000000000' },
        { column: 'BillingCurrency', value: 'USD' },
        { column: 'BillingPeriodStart', value: '2026-10-01 00:00:00' },
        { column: 'ChargePeriodStart', value: '2026-10-02 00:00:00' },
        { column: 'ServiceName', value: null },
        { column: 'Tags', value: '{"team":"a"}' },
      ],
    });
    expect(await catchProblem(raw(delivery, 'b.parquet', 4))).toMatchObject({ code: 'bill_row_not_found' });
  });

  it('comes with the whole file, byte for byte', async () => {
    const content = `${HEADER}\n${line('1')}\n`;
    const { delivery } = await importFiles(application, 'aws', { 'a.csv': content });
    const query = { delivery: delivery ?? '', file: 'a.csv' };
    expect(await call(application, downloadRaw, { query })).toBe(content);
  });

  it('is refused for what is not there', async () => {
    const { delivery } = await importFiles(application, 'aws', { 'a.csv': `${HEADER}\n${line('1')}\n` });
    expect(await catchProblem(raw(delivery, 'a.csv', 2))).toMatchObject({ code: 'bill_row_not_found', status: 404 });
    expect(await catchProblem(raw(delivery, '../a.csv', 1))).toMatchObject({ code: 'bill_raw_not_found' });
    expect(await catchProblem(raw(`d_${'0'.repeat(20)}`, 'a.csv', 1))).toMatchObject({
      code: 'bill_delivery_not_found',
    });
  });
});
