import { beforeEach, describe, expect, it } from 'vitest';
import { createApplication } from '../../main.ts';
import {
  type BillRow,
  billText,
  call,
  catchProblem,
  dailyRows,
  deliverFiles,
  importFiles,
} from '../../testing/application.ts';
import { quietApplication, sharedQuietApplication } from '../../testing/shared.ts';
import { costSummary } from '../costs/schema.ts';
import { type ImportResult, listDeliveries, listRestatements, revertDelivery, setProvisionalDays } from './schema.ts';

let now = 0;
const clock = { now: () => now };
const application = await sharedQuietApplication({ clock });
/** Each test uses its own source and its own account. */
let source = '';
let account = '';
let tests = 0;
beforeEach(() => {
  now = Date.parse('2026-10-20T12:00:00Z');
  tests += 1;
  [source, account] = [`source-${tests}`, `account-${tests}`];
});
const billOf = (...rows: BillRow[]) => billText(...rows.map((row) => ({ ...row, account })));

type Options = Parameters<typeof deliverFiles>[3];
/** Imports a file; every import is a minute later than the one before. */
function deliver(content: string, options: Options = {}): Promise<ImportResult> {
  now += 60_000;
  return deliverFiles(application, source, { 'a.csv': content }, options);
}

const total = async () => {
  const query = { by: 'serviceName', filter: [`subAccountId=${account}`] };
  return (await call(application, costSummary, { query })).totals;
};
const usd = (amount: string) => [{ currency: 'USD', amount }];
const deliveries = async () => (await call(application, listDeliveries, { query: { source } })).deliveries;
const restatements = async () => {
  const all = (await call(application, listRestatements)).restatements;
  return all.filter(({ changes }) => changes.some((change) => change.source === source));
};
const idOf = ({ delivery }: ImportResult) => delivery ?? '';

describe('deliveries', () => {
  it('are listed oldest first, one entry for each billing period', async () => {
    const first = await deliver(billOf({ cost: '1' }, { cost: '2', period: '2026-11' }));
    const second = await deliver(billOf({ cost: '4' }));
    expect(
      (await deliveries()).map(({ delivery, period, rows, current }) => [delivery, period, rows, current]),
    ).toEqual([
      [first.delivery, '2026-10', 1, false],
      [first.delivery, '2026-11', 1, true],
      [second.delivery, '2026-10', 1, true],
    ]);
    expect((await deliveries())[2]).toMatchObject({
      ...{ source, export: 'default', dataset: 'CostAndUsage', scope: 'default', state: 'open' },
      chargeDates: { from: '2026-10-03', to: '2026-10-03', days: 1 },
      totals: [
        { metric: 'billedCost', currency: 'USD', amount: '4' },
        { metric: 'effectiveCost', currency: 'USD', amount: '4' },
      ],
      files: [{ name: 'a.csv' }],
    });
  });

  it('come in pages, each once', async () => {
    for (const cost of ['1', '2', '3']) await deliver(billOf({ cost }));
    const seen: string[] = [];
    let pageToken: string | undefined;
    do {
      const query = { source, pageSize: 2, ...(pageToken === undefined ? {} : { pageToken }) };
      const page = await call(application, listDeliveries, { query });
      seen.push(...page.deliveries.map(({ delivery }) => delivery));
      pageToken = page.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
    expect(seen).toEqual((await deliveries()).map(({ delivery }) => delivery));
    expect(new Set(seen).size).toBe(3);
  });

  it('are known again by their files, export and producer, and change nothing then', async () => {
    const first = await deliver(billOf({ cost: '1' }));
    expect(await deliver(billOf({ cost: '1' }))).toMatchObject({ unchanged: true, delivery: first.delivery });
    expect(idOf(await deliver(billOf({ cost: '1' }), { export: 'daily', overlap: 'hold' }))).not.toBe(first.delivery);
    expect(await deliveries()).toHaveLength(2);
  });

  it('that are older than what came are kept and ignored', async () => {
    const newer = await deliver(billOf({ cost: '2' }), { producedAt: '2026-10-19T00:00:00Z' });
    const older = await deliver(billOf({ cost: '1' }), { producedAt: '2026-10-18T00:00:00Z' });
    expect(older.units).toMatchObject([{ standing: 'ignored', reason: expect.stringContaining(idOf(newer)) }]);
    expect(older.replaced).toEqual([]);
    expect(await total()).toEqual(usd('2'));
    expect((await deliveries()).map(({ current, standing }) => [current, standing])).toEqual([
      [true, 'current'],
      [false, 'ignored'],
    ]);
  });

  it('of another export of the source are another unit', async () => {
    await deliver(billOf({ cost: '1' }));
    await deliver(billOf({ cost: '2' }), { export: 'marketplace', overlap: 'beside' });
    await deliver(billOf({ cost: '4' }), { scope: '123456789012', overlap: 'beside' });
    expect(await total()).toEqual(usd('7'));
  });

  it('of a declared period replace it even without rows', async () => {
    await deliver(billOf({ cost: '5' }));
    const empty = await deliver(billText(), { period: '2026-10' });
    expect(empty).toMatchObject({ rows: 0, periods: ['2026-10'], units: [{ standing: 'current', rows: 0 }] });
    expect(await total()).toEqual([]);
  });

  it('without rows or a declared period replace nothing, and say so', async () => {
    await deliver(billOf({ cost: '5' }));
    const empty = await deliver(billText());
    expect(empty.units).toMatchObject([{ period: null, standing: 'empty', reason: expect.stringContaining('no row') }]);
    expect(await total()).toEqual(usd('5'));
    expect((await deliveries())[1]).toMatchObject({ period: null, state: null, current: false });
  });

  it('of a declared period reject rows of another one', async () => {
    const content = billOf({ cost: '1' }, { cost: '2', period: '2026-11' });
    const problem = await catchProblem(deliver(content, { period: '2026-10' }));
    expect(problem).toMatchObject({ code: 'bill_rows_rejected', rejectedRows: 1, accepted: 1 });
    expect(problem.rejected).toMatchObject([
      { column: 'BillingPeriodStart', reason: expect.stringContaining('2026-11') },
    ]);
    const result = await deliver(content, { period: '2026-10', allowRejected: 1 });
    expect(result).toMatchObject({ accepted: 1, rejectedRows: 1, periods: ['2026-10'] });
    expect(await total()).toEqual(usd('1'));
  });

  it('that change the currency of their unit say so', async () => {
    await deliver(billOf({ cost: '1' }));
    const { units } = await deliver(billOf({ cost: '1', currency: 'EUR' }));
    expect(units).toMatchObject([{ standing: 'current', reason: expect.stringMatching(/billed in EUR; .* in USD/) }]);
    const mixed = await deliver(billOf({ cost: '1', currency: 'EUR' }, { cost: '2' }));
    expect(mixed.totals.filter(({ metric }) => metric === 'billedCost')).toEqual([
      { metric: 'billedCost', currency: 'EUR', amount: '1' },
      { metric: 'billedCost', currency: 'USD', amount: '2' },
    ]);
  });

  it('that are sent at the same time go in one after the other', async () => {
    const bills = ['1', '10', '100', '1000'].map((cost) => billOf({ cost }, { cost, service: 'S3' }));
    const results = await Promise.all(bills.map((content) => importFiles(application, source, { 'a.csv': content })));
    const current = (await deliveries()).filter((entry) => entry.current);
    expect(current).toHaveLength(1);
    const last = results.find(({ delivery }) => delivery === current[0]?.delivery);
    const billed = last?.totals.find(({ metric }) => metric === 'billedCost')?.amount;
    expect(await total()).toEqual(usd(billed ?? ''));
  });
});

describe('a few stray rows of another month', () => {
  const month = () => deliver(billOf(...dailyRows(28, { cost: '1' })));
  const stray = () => billOf(...dailyRows(20, { cost: '2', period: '2026-11' }), { cost: '9', day: 30 });

  it('do not wipe that month', async () => {
    await month();
    const before = await total();
    const problem = await catchProblem(deliver(stray()));
    expect(problem).toMatchObject({ code: 'bill_period_shrinks', period: '2026-10', rows: 1, rowsThatStand: 28 });
    expect(problem.detail).toContain('--allow-shrink');
    expect(await total()).toEqual(before);
    expect(await deliveries()).toHaveLength(1);
  });

  it('replace it when they are allowed to', async () => {
    await month();
    const { units } = await deliver(stray(), { allowShrink: true });
    expect(units.map(({ period, standing }) => [period, standing])).toEqual([
      ['2026-10', 'current'],
      ['2026-11', 'current'],
    ]);
  });

  it('are no reason to refuse a month that comes again by itself with fewer rows', async () => {
    await month();
    expect((await deliver(billOf({ cost: '3' }))).units).toMatchObject([{ standing: 'current' }]);
    expect(await total()).toEqual(usd('3'));
  });
});

describe('a billing period', () => {
  it('is open, then provisional for two weeks, then closed, by the clock', async () => {
    await deliver(billOf({ cost: '1' }));
    const stateAt = async (at: string) => {
      now = Date.parse(at);
      return (await deliveries())[0]?.state;
    };
    expect(await stateAt('2026-10-31T23:59:59Z')).toBe('open');
    expect(await stateAt('2026-11-01T00:00:00Z')).toBe('provisional');
    expect(await stateAt('2026-11-14T23:59:59Z')).toBe('provisional');
    expect(await stateAt('2026-11-15T00:00:00Z')).toBe('closed');
    await call(application, setProvisionalDays, { params: { source }, body: { days: 30 } });
    expect(await stateAt('2026-11-15T00:00:00Z')).toBe('provisional');
  });

  it('that was closed is restated by a change, with the money by service', async () => {
    const first = await deliver(billOf({ cost: '1' }, { cost: '2', service: 'S3' }));
    await deliver(billOf({ cost: '1.5' }, { cost: '2', service: 'S3' }));
    expect(await restatements()).toEqual([]);
    now = Date.parse('2026-12-01T00:00:00Z');
    const late = await deliver(billOf({ cost: '1.25' }, { cost: '2', service: 'S3' }));
    const found = await restatements();
    expect(found).toMatchObject([
      {
        ...{ act: 'import', actor: 'local', delivery: late.delivery, period: '2026-10', why: null },
        changes: [{ source, state: 'closed', before: late.replaced[0], after: late.delivery }],
        delta: [
          { serviceName: 'EC2', metric: 'billedCost', currency: 'USD', before: '1.5', after: '1.25', delta: '-0.25' },
          { serviceName: 'EC2', metric: 'effectiveCost', before: '1.5', after: '1.25', delta: '-0.25' },
        ],
      },
    ]);
    expect(found[0]?.changes[0]?.before).not.toBe(first.delivery);
  });

  it('that was closed is not restated by the first bill of it', async () => {
    now = Date.parse('2027-01-01T00:00:00Z');
    await deliver(billOf({ cost: '1' }));
    expect(await restatements()).toEqual([]);
  });
});

describe('going back', () => {
  const revert = (delivery: string | null, body: object = {}) =>
    call(application, revertDelivery, { body: { delivery: delivery ?? '', ...body } });

  it('makes the delivery before count again, to the last row, until a newer one comes', async () => {
    const good = await deliver(billOf({ cost: '1.23' }, { cost: '2' }));
    const wrong = await deliver(billOf({ cost: '999' }));
    const { changes } = await revert(wrong.delivery, { why: 'double credits' });
    expect(changes).toMatchObject([{ period: '2026-10', before: wrong.delivery, after: good.delivery }]);
    expect(await total()).toEqual(usd('3.23'));
    expect(await deliver(billOf({ cost: '999' }))).toMatchObject({ unchanged: true });
    expect(await total()).toEqual(usd('3.23'));
    await deliver(billOf({ cost: '7' }));
    expect(await total()).toEqual(usd('7'));
  });

  it('names an older delivery to make that one count, and comes forward again the same way', async () => {
    const [one, , three] = [
      await deliver(billOf({ cost: '1' })),
      await deliver(billOf({ cost: '2' })),
      await deliver(billOf({ cost: '3' })),
    ];
    await revert(one.delivery);
    expect(await total()).toEqual(usd('1'));
    await revert(three.delivery);
    expect(await total()).toEqual(usd('3'));
  });

  it('says beforehand what would change, in deliveries and in money, and changes nothing then', async () => {
    const good = await deliver(billOf({ cost: '1.23' }));
    const wrong = await deliver(billOf({ cost: '999' }));
    const said = await revert(wrong.delivery, { dryRun: true });
    expect(said.changes).toMatchObject([{ period: '2026-10', before: wrong.delivery, after: good.delivery }]);
    const billed = said.delta.filter(({ metric }) => metric === 'billedCost');
    expect(billed).toMatchObject([{ currency: 'USD', before: '999', after: '1.23', delta: '-997.77' }]);
    expect(await total()).toEqual(usd('999'));
    expect(await revert(wrong.delivery)).toEqual(said);
    expect(await total()).toEqual(usd('1.23'));
  });

  it('keeps ignoring what is older than the delivery that was reverted from', async () => {
    await deliver(billOf({ cost: '1' }), { producedAt: '2026-10-10T00:00:00Z' });
    const newest = await deliver(billOf({ cost: '3' }), { producedAt: '2026-10-12T00:00:00Z' });
    await revert(newest.delivery);
    const between = await deliver(billOf({ cost: '2' }), { producedAt: '2026-10-11T00:00:00Z' });
    expect(between.units).toMatchObject([{ standing: 'ignored' }]);
    expect(await total()).toEqual(usd('1'));
  });

  it('can be asked for one billing period', async () => {
    await deliver(billOf({ cost: '1' }, { cost: '10', period: '2026-11' }));
    const both = await deliver(billOf({ cost: '2' }, { cost: '20', period: '2026-11' }));
    await revert(both.delivery, { period: '2026-11' });
    expect(await total()).toEqual(usd('12'));
  });

  it('is refused where nothing was before, and for what never came', async () => {
    const only = await deliver(billOf({ cost: '1' }));
    expect(await catchProblem(revert(only.delivery))).toMatchObject({ code: 'bill_nothing_before', status: 409 });
    expect(await catchProblem(revert(`d_${'0'.repeat(20)}`))).toMatchObject({ code: 'bill_delivery_not_found' });
    expect(await catchProblem(revert(only.delivery, { period: '2020-01' }))).toMatchObject({
      code: 'bill_delivery_not_found',
    });
  });

  it('survives the clearing of orphans when the server starts', async () => {
    const before = await quietApplication({ clock });
    const good = await importFiles(before, source, { 'a.csv': billOf({ cost: '1' }) });
    now += 60_000;
    await importFiles(before, source, { 'a.csv': billOf({ cost: '2' }) });
    await before[Symbol.asyncDispose]();
    await using after = await createApplication(before.config, { clock });
    await call(after, revertDelivery, { body: { delivery: idOf(good) } });
    expect((await call(after, costSummary, { query: { by: 'serviceName' } })).totals).toEqual(usd('1'));
  });
});
