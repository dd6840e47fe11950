import { describe, expect, it } from 'vitest';
import { billText, call, catchProblem, dailyRows, importFiles } from '../../../testing/application.ts';
import { draws } from '../../../testing/deep.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { getCoverage, getUnallocated } from '../../allocation/schema.ts';
import { costRows, costSummary } from '../../costs/schema.ts';
import { billQuality } from '../quality/schema.ts';
import { deleteDelivery } from './schema.ts';

const application = await sharedQuietApplication();
const ROUNDS = draws(20, 2);
const DAYS = 28;

const kept = { 'bill.csv': billText(...dailyRows(DAYS, { cost: '1', account: 'kept' })) };
const gone = { 'bill.csv': billText(...dailyRows(DAYS, { cost: '2', account: 'gone', resource: 'i-1' })) };

const sumOf = (totals: readonly { readonly amount: string }[]) => totals.map(({ amount }) => amount).join();

describe('reports that are read while a delivery is deleted', () => {
  it('answer from the bill before or after the deletion, and never fail or see half of it', async () => {
    await importFiles(application, 'kept', kept);
    const summed = async () => sumOf((await call(application, costSummary, { query: { by: 'day' } })).totals);
    const after = await summed();
    const { delivery } = await importFiles(application, 'gone', gone);
    const before = await summed();
    expect(before).not.toBe(after);
    for (let round = 0; round < ROUNDS; round += 1) {
      const deleting = call(application, deleteDelivery, { body: { delivery: delivery ?? '', dryRun: false } });
      const reading = Array.from({ length: 6 }, async () => {
        const sum = await summed();
        const { rows } = await call(application, costRows, { query: { pageSize: 100 } });
        const coverage = await call(application, getCoverage, { query: {} });
        await call(application, getUnallocated, { query: {} });
        const quality = call(application, billQuality, { params: { delivery: delivery ?? '' } });
        await quality.catch(async () => {
          expect(['bill_delivery_deleted']).toContain((await catchProblem(quality)).code);
        });
        return { sum, rows: rows.length, total: sumOf(coverage.rows.map(({ total }) => ({ amount: total }))) };
      });
      for (const { sum, rows, total } of await Promise.all(reading)) {
        expect([before, after]).toContain(sum);
        expect([before, after]).toContain(total);
        expect([DAYS, 2 * DAYS]).toContain(rows);
      }
      expect(await deleting).toMatchObject({ finished: true });
      expect(await summed()).toBe(after);
      await importFiles(application, 'gone', gone);
    }
  });
});
