import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import { call, catchProblem, deliverFiles } from '../../../testing/application.ts';
import { isDeep } from '../../../testing/deep.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { type BillDiff, diffDeliveries } from './schema.ts';

interface Row {
  readonly cost: string;
  readonly service?: string;
  readonly resource?: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly note?: string;
  readonly period?: string;
  readonly currency?: string;
}

const HEADER =
  'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceName,ResourceId,ChargeDescription,Tags,Note';
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

function line({
  cost,
  service = 'EC2',
  resource = 'i-1',
  description = 'per hour',
  tags = {},
  note = '',
  ...row
}: Row): string {
  const { period = '2026-10', currency = 'USD' } = row;
  const fields = [cost, currency, `${period}-01`, `${period}-02T03:00:00Z`, service, resource, description];
  return [...fields, JSON.stringify(tags), note].map(quoted).join();
}

const bill = (rows: readonly Row[]) => `${[HEADER, ...rows.map(line)].join('\n')}\n`;

const application = await sharedQuietApplication();

let sources = 0;
/** Imports two deliveries of a new source; a different header makes equal contents two deliveries. */
async function pair(a: readonly Row[], b: readonly Row[]): Promise<{ a: string; b: string }> {
  sources += 1;
  const source = `s${sources}`;
  const first = await deliverFiles(application, source, { 'a.csv': bill(a) }, { overlap: 'beside' });
  const second = await deliverFiles(application, source, { 'b.csv': `\ufeff${bill(b)}` }, { overlap: 'beside' });
  return { a: first.delivery ?? '', b: second.delivery ?? '' };
}

const diff = (query: { a: string; b: string; [option: string]: string | number }): Promise<BillDiff> =>
  call(application, diffDeliveries, { query });

describe('the difference of two deliveries', () => {
  it('is empty for a delivery and itself, and for the same rows in another order', async () => {
    const rows: Row[] = [{ cost: '1' }, { cost: '1' }, { cost: '2', tags: { a: '1', b: '2' } }];
    const ids = await pair(rows, [{ cost: '2', tags: { b: '2', a: '1' } }, { cost: '1' }, { cost: '1' }]);
    const nothing = { unchanged: 3, added: 0, removed: 0, changedRows: 0, changedFields: 0 };
    expect(await diff(ids)).toMatchObject({ counts: nothing, added: [], removed: [], changed: [] });
    expect(await diff({ a: ids.a, b: ids.a })).toMatchObject({ counts: nothing });
  });

  it('names rows added, rows gone, and what changed, field by field', async () => {
    const ids = await pair(
      [
        { cost: '1' },
        { cost: '5', resource: 'i-gone' },
        { cost: '2.50', resource: 'i-2', tags: { team: 'a', env: 'p' }, note: 'x' },
      ],
      [
        { cost: '1' },
        { cost: '2.75', resource: 'i-2', tags: { team: 'b', env: 'p' }, note: 'y' },
        { cost: '7', resource: 'i-new' },
      ],
    );
    const found = await diff(ids);
    expect(found.counts).toEqual({ unchanged: 1, added: 1, removed: 1, changedRows: 1, changedFields: 3 });
    expect(found.added).toMatchObject([{ file: 'b.csv', row: 3, resourceId: 'i-new', billedCost: '7' }]);
    expect(found.removed).toMatchObject([{ file: 'a.csv', row: 2, resourceId: 'i-gone', billedCost: '5' }]);
    expect(found.changed.map(({ column, before, after }) => [column, before, after])).toEqual([
      ['billedCost', '2.5', '2.75'],
      ['tag:team', 'a', 'b'],
      ['x_Note', 'x', 'y'],
    ]);
    expect(found.changed[0]?.row).toMatchObject({
      before: { file: 'a.csv', row: 3 },
      after: { file: 'b.csv', row: 2 },
    });
  });

  it('takes a row whose price and description changed for one row', async () => {
    const ids = await pair(
      [{ cost: '1', description: '$0.10 per hour' }],
      [{ cost: '2', description: '$0.20 per hour' }],
    );
    expect((await diff(ids)).changed.map(({ column }) => column)).toEqual(['billedCost', 'chargeDescription']);
  });

  it('counts exactly how often a row is there', async () => {
    const ids = await pair([{ cost: '1' }, { cost: '1' }, { cost: '1' }], [{ cost: '1' }]);
    expect((await diff(ids)).counts).toMatchObject({ unchanged: 1, removed: 2, added: 0, changedRows: 0 });
  });

  it('shows the money by a dimension', async () => {
    const ids = await pair(
      [{ cost: '1', tags: { team: 'a' } }, { cost: '2' }],
      [
        { cost: '4', tags: { team: 'a' } },
        { cost: '8', tags: { team: 'b' } },
      ],
    );
    const { totals } = await diff({ ...ids, by: 'tag:team' });
    const billed = totals.filter(({ metric }) => metric === 'billedCost');
    expect(billed.map(({ value, before, after, delta }) => [value, before, after, delta])).toEqual([
      ['a', '1', '4', '3'],
      ['b', '0', '8', '8'],
      [null, '2', '0', '-2'],
    ]);
    expect(totals.filter(({ metric }) => metric === 'listCost')).toMatchObject([
      { before: null, after: null, delta: null },
      { before: '0', after: null, delta: null },
      { before: null, after: '0', delta: null },
    ]);
  });

  it('lists part by part and counts the whole', async () => {
    const many = Array.from({ length: 5 }, (_, index) => ({ cost: String(index + 1), resource: `new-${index}` }));
    const ids = await pair([{ cost: '0.5' }], [{ cost: '0.5' }, ...many]);
    const [first, second] = [await diff({ ...ids, limit: 3 }), await diff({ ...ids, limit: 3, offset: 3 })];
    expect(first.counts.added).toBe(5);
    expect([...first.added, ...second.added].map(({ billedCost }) => billedCost)).toEqual(['5', '4', '3', '2', '1']);
  });

  it('asks which period is meant where both hold several', async () => {
    const ids = await pair(
      [{ cost: '1' }, { cost: '2', period: '2026-11' }],
      [{ cost: '1' }, { cost: '3', period: '2026-11' }],
    );
    expect(await catchProblem(diff(ids))).toMatchObject({
      code: 'bill_period_needed',
      periods: ['2026-10', '2026-11'],
    });
    expect((await diff({ ...ids, period: '2026-11' })).counts).toMatchObject({ changedRows: 1, unchanged: 0 });
    expect(await catchProblem(diff({ ...ids, by: 'colour' }))).toMatchObject({ code: 'dimension_unknown' });
  });
});

const rows = fc.array(
  fc.record({
    cost: fc.integer({ min: -500, max: 500 }).map((cents) => decimalString(decimal(cents).dividedBy(100))),
    service: fc.constantFrom('EC2', 'S3'),
    resource: fc.constantFrom('i-1', 'i-2', ''),
    description: fc.constantFrom('per hour', 'per day'),
    tags: fc.constantFrom({}, { team: 'a' }, { team: 'b', env: 'p' }),
    note: fc.constantFrom('', 'x'),
    currency: fc.constantFrom('USD', 'EUR'),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('the difference of any two deliveries', () => {
  it('is nothing from a delivery to itself, mirrors when they are swapped, and its money leads from one to the other', async () => {
    await fc.assert(
      fc.asyncProperty(rows, rows, async (before, after) => {
        const { a, b } = await pair(before, after);
        const [there, back] = [await diff({ a, b, by: 'serviceName' }), await diff({ a: b, b: a, by: 'serviceName' })];
        const { counts } = there;
        expect(back.counts).toEqual({ ...counts, added: counts.removed, removed: counts.added });
        expect(counts.unchanged + counts.removed + counts.changedRows).toBe(before.length);
        expect(counts.unchanged + counts.added + counts.changedRows).toBe(after.length);
        expect(back.added).toEqual(there.removed);
        expect(sorted(back.changed.map((change) => [change.column, change.after, change.before]))).toEqual(
          sorted(there.changed.map((change) => [change.column, change.before, change.after])),
        );
        expect(there.changed).toHaveLength(counts.changedFields);
        expect(applied(before, there)).toEqual(sums(after));
        expect((await diff({ a, b: a })).counts).toMatchObject({ added: 0, removed: 0, changedRows: 0 });
      }),
      { numRuns: isDeep ? 25 : 3 },
    );
  }, 120_000);
});

const sorted = (lists: readonly unknown[][]) => lists.map((list) => JSON.stringify(list)).toSorted();

/** Billed cost by service and currency. */
function sums(of: readonly Row[]): Record<string, string> {
  const found = new Map<string, string>();
  for (const { service = '', currency = '', cost } of of) {
    const key = `${service} ${currency}`;
    found.set(key, decimalString(decimal(found.get(key) ?? 0).plus(cost)));
  }
  return withoutZeros(found);
}

function applied(before: readonly Row[], { totals }: BillDiff): Record<string, string> {
  const found = new Map(Object.entries(sums(before)));
  for (const { value, currency, delta } of totals.filter(({ metric }) => metric === 'billedCost')) {
    const key = `${value} ${currency}`;
    found.set(key, decimalString(decimal(found.get(key) ?? 0).plus(delta ?? 'NaN')));
  }
  return withoutZeros(found);
}

function withoutZeros(found: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...found].filter(([, amount]) => amount !== '0').toSorted());
}
