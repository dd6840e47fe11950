import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Application } from '../../main.ts';
import { decimal, sumDecimals } from '../../platform/units/index.ts';
import { call, importFiles } from '../../testing/application.ts';
import { draws, isDeep } from '../../testing/deep.ts';
import { quietApplication } from '../../testing/shared.ts';
import { billRows } from '../billing/index.ts';
import { costSummary } from '../costs/schema.ts';
import { applyRules, type BillRow, billCsv, rulesDocument } from '../testing/allocation.ts';
import { derivePeriod } from './derive-period.ts';
import { deliver, openRoom } from './room.testing.ts';
import { AllocationRulesSpec } from './rules/schema.ts';
import { getCoverage, previewAllocation } from './schema.ts';
import { allocatedCosts, allocations } from './tables.ts';
import { recordWorkloadUsage, type WorkloadUsage } from './workloads/schema.ts';
import { putWorkload } from './workloads/store.ts';

/** Ends before the test timeout, because a timeout does not report the failing example. */
const CHECKED = {
  numRuns: isDeep ? 8 : 3,
  interruptAfterTimeLimit: 200_000,
  markInterruptAsFailure: true,
  verbose: 1,
} as const;
const clock = { now: () => Date.parse('2026-11-15T00:00:00Z') };

/** From the smallest decimal to a billion, positive and negative. */
const money = fc
  .tuple(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.integer({ min: 3, max: 21 }))
  .map(([units, places]) => decimal(String(units)).dividedBy(decimal(10).pow(places)).toFixed());

const anyRow: fc.Arbitrary<BillRow> = fc.record({
  cost: money,
  effective: fc.oneof({ weight: 3, arbitrary: money }, fc.constant('')),
  list: fc.oneof(money, fc.constant('')),
  currency: fc.constantFrom('USD', 'USD', 'EUR'),
  day: fc.constantFrom('2026-10-01', '2026-10-02', '2026-10-03'),
  service: fc.constantFrom('S3', 'Support', 'Platform', 'EC2', 'Credits'),
  resource: fc.constantFrom('', 'i-1', 'i-2'),
  quantity: fc.constantFrom('', '3', '0.25'),
  unit: fc.constantFrom('GB', 'GB', 'Hours'),
  tags: fc.dictionary(fc.constantFrom('team', ' Team'), fc.constantFrom('a', 'B', "o'hara"), { noNullPrototype: true }),
});

/** Rules in any order, so that pools occur in any layer, before or after the rules that they are split by. */
const anyRules = fc
  .shuffledSubarray(
    [
      "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}\n",
      '    - {name: even, match: {serviceName: Support}, split: {method: even}}\n',
      '    - {name: listed, match: {serviceName: S3, resourceId: null}, split: {method: even, to: [{team: x}, {team: y}, {team: z}]}}\n',
      '    - {name: cost, match: {serviceName: Platform}, split: {method: proportional, by: cost, per: day}}\n',
      "    - {name: quantity, match: {serviceName: Support, chargePeriod: {from: '2026-10-02T00:00:00Z'}}, split: {method: proportional, by: quantity, unit: GB}}\n",
      "    - {name: weights, match: {serviceName: S3}, split: {method: weights, to: [{subject: {team: a}, weight: '1'}, {subject: {project: p}, weight: '2.7'}]}}\n",
      "    - {name: fixed, match: {serviceName: Credits}, split: {method: fixed, currency: USD, amounts: [{subject: {team: f}, amount: '10.01'}], remainder: [{subject: {team: g}, weight: '3'}, {subject: {team: h}}]}}\n",
      '    - {name: nodes, match: {serviceName: EC2}, kubernetes: {}}\n',
    ],
    { minLength: 1 },
  )
  .map((rules) => rules.join(''));

const pods: WorkloadUsage[] = ['1/7', '0.3', '1'].map((requested, index) => ({
  usage: `pod-${index}`,
  node: 'i-1',
  workload: `ns/${index}`,
  subject: { team: `t${index}` },
  period: { start: '2026-10-01T06:00:00Z', end: `2026-10-02T0${index + 1}:00:00Z` },
  gpu: { requested, used: '0.1' },
  capacity: { cpus: '4', gpus: '1', ramGib: '16' },
  origin: 'test',
}));

async function fresh(rules: string): Promise<Application> {
  const application = await quietApplication({ clock });
  await call(application, recordWorkloadUsage, { body: { usages: pods } });
  await applyRules(application, rules);
  return application;
}

const sumOf = (rows: readonly BillRow[], amount: (row: BillRow) => string | undefined) => {
  const stated = rows.flatMap((row) => (amount(row) === undefined || amount(row) === '' ? [] : [amount(row) ?? '']));
  return stated.length === 0 ? null : sumDecimals(stated);
};

describe('law 1, conservation', () => {
  it('holds for every row, cost column and grouping, whatever the bill and the rules', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 25 }), anyRules, async (rows, rules) => {
        await using application = await fresh(rules);
        await importFiles(application, 'aws', { 'a.csv': billCsv(rows) });
        for (const [metric, of] of [
          ['billedCost', (row: BillRow) => row.cost],
          ['effectiveCost', (row: BillRow) => row.effective],
          ['listCost', (row: BillRow) => row.list],
        ] as const) {
          for (const by of ['team', 'project,rule', 'day,team', 'serviceName']) {
            const { rows: groups } = await call(application, costSummary, { query: { by, metric } });
            for (const currency of ['USD', 'EUR']) {
              const expected = sumOf(
                rows.filter((row) => row.currency === currency),
                of,
              );
              const found = groups.filter((row) => row.currency === currency && row.amount != null);
              expect(found.length === 0 ? null : sumDecimals(found.map(({ amount }) => amount ?? ''))).toBe(expected);
            }
          }
          const covered = (await call(application, getCoverage, { query: { metric, by: 'team', interval: 'day' } }))
            .rows;
          const parts = covered.flatMap((row) => [row.allocated, row.idle, row.unallocated, row.sharedUnallocated]);
          expect(sumDecimals(parts)).toBe(sumOf(rows, of) ?? '0');
        }
      }),
      CHECKED,
    );
  }, 240_000);

  it('holds row by row, to the last decimal, and a cost that a row lacks is in none of its shares', async () => {
    await using room = await openRoom();
    await room.deps.store.transaction(async (sql) => {
      for (const pod of pods) await putWorkload(sql, pod, '2026-11-15T00:00:00.000Z');
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 25 }), anyRules, async (rows, yaml) => {
        const file = await deliver(room.deps, '2026-10', rows.map(focusRow));
        const rules = AllocationRulesSpec.parse(parse(rulesDocument(yaml)).spec);
        const bill = { period: '2026-10', files: [file], rules };
        const derived = await derivePeriod(room.deps, room.deps.store, bill, [file.partition]);
        const shares = room.deps.lake.stagedRelation(allocations, derived.allocations);
        const wrong = allocatedCosts.map(
          (cost) =>
            `(count(*) FILTER ((a.${cost} IS NULL) <> (b.${cost} IS NULL)) > 0 OR sum(a.${cost}) <> any_value(b.${cost}))`,
        );
        const found =
          await room.deps.lake.query(`SELECT b.file_row_number, count(*) AS shares, sum(a.ratio)::VARCHAR AS ratio
          FROM ${room.deps.lake.stagedRelation(billRows, [file])} b
          JOIN (SELECT * RENAME (lake_file AS bill_file) FROM ${shares}) a ON a.row_number = b.file_row_number
          WHERE a.share IS NOT NULL GROUP BY b.file_row_number HAVING ${wrong.join(' OR ')} OR sum(a.ratio) <> 1`);
        expect(found).toEqual([]);
        const [twice] = await room.deps.lake.query(
          `SELECT count(*)::INTEGER AS rows FROM (SELECT 1 FROM ${shares} GROUP BY row_number, share HAVING count(*) > 1)`,
        );
        expect(twice?.rows).toBe(0);
      }),
      { numRuns: draws(60) },
    );
  }, 240_000);
});

function focusRow(row: BillRow): Record<string, string | null> {
  const stated = (value: string | undefined) => (value === undefined || value === '' ? null : value);
  return {
    BilledCost: row.cost,
    EffectiveCost: stated(row.effective),
    ListCost: stated(row.list),
    BillingCurrency: row.currency ?? 'USD',
    ChargePeriodStart: `${row.day} 00:00:00`,
    ChargePeriodEnd: `${row.day} 23:00:00`,
    ServiceName: row.service ?? 'S3',
    ResourceId: stated(row.resource),
    ConsumedQuantity: stated(row.quantity),
    ConsumedUnit: row.unit ?? null,
    Tags: JSON.stringify(row.tags ?? {}),
  };
}

describe('a preview', () => {
  it('is what applying then does, whatever the rules before and after', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 20 }),
        anyRules,
        anyRules,
        async (rows, old, now) => {
          await using application = await fresh(old);
          await importFiles(application, 'aws', { 'a.csv': billCsv(rows) });
          const documents = [{ file: 'rules.yaml', text: rulesDocument(now) }];
          // These rows always state it; a sum of rows that state no EffectiveCost is unknown.
          const metric = 'billedCost' as const;
          const { holders, moves } = await call(application, previewAllocation, { body: { documents, metric } });
          const teams = async () => (await call(application, costSummary, { query: { by: 'team', metric } })).rows;
          const before = await teams();
          await applyRules(application, now);
          const after = await teams();
          const said = (side: 'before' | 'after', found: typeof before) => {
            for (const { team = null, currency, amount } of found) {
              const held = holders.filter((each) => (each.subject.team ?? null) === team && each.currency === currency);
              expect(sumDecimals(held.map((each) => each[side]))).toBe(amount);
            }
          };
          said('before', before);
          said('after', after);
          for (const { kind, subject, currency, change } of holders) {
            const is = (other: { kind: string; subject: object }) =>
              other.kind === kind && JSON.stringify(other.subject) === JSON.stringify(subject);
            const mine = moves.filter((move) => move.currency === currency);
            const taken = sumDecimals(mine.filter(({ to }) => is(to)).map(({ amount }) => amount));
            const given = sumDecimals(mine.filter(({ from }) => is(from)).map(({ amount }) => amount));
            expect(decimal(taken).minus(given).toFixed()).toBe(decimal(change).toFixed());
          }
        },
      ),
      CHECKED,
    );
  }, 240_000);
});

describe('the order of deliveries', () => {
  it('does not matter to who pays', async () => {
    const bills = fc.array(fc.array(anyRow, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(bills, anyRules, async (sources, rules) => {
        const teamsAfter = async (order: readonly number[]) => {
          await using application = await fresh(rules);
          for (const index of order) {
            // Each source has a separate account: two sources with a common account are two exports of one bill, and
            // only the first counts.
            const rows = (sources[index] ?? []).map((row) => ({ ...row, account: String(index) }));
            await importFiles(application, `source-${index}`, { 'a.csv': billCsv(rows) });
          }
          const { rows } = await call(application, costSummary, { query: { by: 'team,day' } });
          return rows.map((row) => JSON.stringify(row)).toSorted();
        };
        const order = sources.map((_, index) => index);
        expect(await teamsAfter(order)).toEqual(await teamsAfter(order.toReversed()));
      }),
      CHECKED,
    );
  }, 240_000);
});
