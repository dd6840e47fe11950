import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { billingMonths } from './calendar.ts';
import type { BillRow } from './focus-columns.ts';
import { Exact } from './money.ts';
import { type BillFile, billRows, type ExpectedTotals, expectedTotals, writeBill } from './write-bill.ts';

const options = { seed: 1, asOf: new Date('2026-03-20T10:20:00Z') };
const clouds = ['aws', 'azure'] as const;
/** Generating and writing takes 5 s alone on two cores, several times that on a busy machine. */
const SLOW_MACHINE_MS = 120_000;
const months = billingMonths(options.asOf);

let dir = '';
let files: BillFile[] = [];
let totals: ExpectedTotals[] = [];
const rows: { cloud: 'aws' | 'azure'; month: string; row: BillRow }[] = [];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bill-'));
  files = writeBill(dir, options);
  totals = expectedTotals(options);
  for (const cloud of clouds) {
    for (const month of months) {
      for (const row of billRows(cloud, options.seed, month)) rows.push({ cloud, month: month.label, row });
    }
  }
}, SLOW_MACHINE_MS);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function offenders(breaks: (row: BillRow) => boolean): BillRow[] {
  return rows
    .filter(({ row }) => breaks(row))
    .map(({ row }) => row)
    .slice(0, 3);
}

function total(column: 'BilledCost' | 'EffectiveCost', keep: (row: BillRow) => boolean): string {
  let sum = new Exact(0);
  for (const { row } of rows) if (keep(row)) sum = sum.plus(row[column] ?? 0);
  return sum.toFixed();
}

describe('the three months', () => {
  test('end with the month of asOf, which is known up to the next full hour', () => {
    expect(months.map((month) => month.label)).toEqual(['2026-01', '2026-02', '2026-03']);
    expect(new Date(months[2]?.knownUntil ?? 0).toISOString()).toBe('2026-03-20T11:00:00.000Z');
    expect(months.map((month) => month.open)).toEqual([false, false, true]);
  });

  test('cross a new year and are never empty, even at the first instant of a month', () => {
    const atMidnight = billingMonths(new Date('2026-01-01T00:00:00Z'));
    expect(atMidnight.map((month) => month.label)).toEqual(['2025-11', '2025-12', '2026-01']);
    for (const cloud of clouds) {
      for (const month of atMidnight.slice(2)) expect([...billRows(cloud, 1, month)].length).toBeGreaterThan(5);
    }
  });
});

describe('the bill', () => {
  test('has at least 50,000 rows, and more money than a small company and less than a large one', () => {
    expect(rows.length).toBeGreaterThanOrEqual(50_000);
    for (const label of ['2026-01', '2026-02']) {
      const month = totals.filter((each) => each.month === label).map((each) => Number(each.billedCost));
      expect(month.reduce((a, b) => a + b, 0)).toBeGreaterThan(250_000);
      expect(month.reduce((a, b) => a + b, 0)).toBeLessThan(450_000);
    }
  });

  test('is the same for the same seed and month, and another one for another seed', () => {
    const month = months[1];
    if (month === undefined) throw new Error('three months');
    const text = (seed: number) => JSON.stringify([...billRows('azure', seed, month)]);
    expect(text(1)).toBe(text(1));
    expect(text(2)).not.toBe(text(1));
  });

  test('of an earlier moment is a prefix in time: what was known stays as it was', () => {
    const earlier = billingMonths(new Date('2026-03-10T00:00:00Z'))[2];
    const later = months[2];
    if (earlier === undefined || later === undefined) throw new Error('three months');
    const usage = (row: BillRow) => row.ChargeCategory === 'Usage' && (row.ChargePeriodEnd ?? '') <= '2026-03-10T00';
    const asText = (row: BillRow) => JSON.stringify(row);
    expect([...billRows('azure', 1, earlier)].filter(usage).map(asText)).toEqual(
      [...billRows('azure', 1, later)].filter(usage).map(asText),
    );
  });

  test(
    'sums in DuckDB, read from the files, to the exact expected totals',
    async () => {
      const instance = await DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      for (const file of files) {
        const cost = (column: string) => `CAST(sum(CAST("${column}" AS DECIMAL(38, 12))) AS VARCHAR)`;
        const reader = await connection.runAndReadAll(
          `SELECT count(*) AS n, ${cost('BilledCost')}, ${cost('EffectiveCost')}, ${cost('ListCost')}, ${cost('ContractedCost')}
         FROM read_csv('${file.path}', header = true, all_varchar = true, nullstr = 'NULL')`,
        );
        const [count, ...sums] = reader.getRows()[0] ?? [];
        const expected = totals.find((each) => each.cloud === file.cloud && each.month === file.month);
        expect(Number(count)).toBe(expected?.rows);
        expect(file.rows).toBe(expected?.rows);
        expect(sums.map((sum) => new Exact(String(sum)).toFixed())).toEqual([
          expected?.billedCost,
          expected?.effectiveCost,
          expected?.listCost,
          expected?.contractedCost,
        ]);
      }
      connection.closeSync();
    },
    SLOW_MACHINE_MS,
  );

  test('finds a training burst, an idle weekend notebook and a new endpoint of the last month', () => {
    const named = (part: string) => rows.filter(({ row }) => row.ResourceName?.startsWith(part));
    expect(new Set(named('support-assistant-v2-endpoint').map(({ month }) => month))).toEqual(new Set(['2026-03']));
    const saturdays = named('playground-notebook').filter(({ row }) => row.ChargePeriodStart?.startsWith('2026-02-07'));
    expect(saturdays).toHaveLength(24);
    const campaign = rows.filter(
      ({ row }) => row.SubAccountName === 'recommendations-dev' && row.SkuMeter === 'BoxUsage:p4d.24xlarge',
    );
    expect(campaign).toHaveLength(4 * 7 * 24);
    expect(new Set(campaign.map(({ month }) => month))).toEqual(new Set(['2026-02']));
  });
});

describe('the rules of FOCUS', () => {
  test('list and contracted cost are unit price times pricing quantity, exactly', () => {
    const differs = (price: string | undefined, quantity: string | undefined, cost: string | undefined) =>
      price !== undefined && quantity !== undefined && !new Exact(price).times(quantity).eq(cost ?? 'NaN');
    expect(offenders((row) => differs(row.ListUnitPrice, row.PricingQuantity, row.ListCost))).toEqual([]);
    expect(offenders((row) => differs(row.ContractedUnitPrice, row.PricingQuantity, row.ContractedCost))).toEqual([]);
  });

  test('costs have at most 12 decimals and no exponent', () => {
    const costs = ['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost'] as const;
    expect(offenders((row) => costs.some((cost) => !/^-?\d+(\.\d{1,12})?$/.test(row[cost] ?? '')))).toEqual([]);
  });

  test('a row that is not covered by a commitment costs effectively what is billed', () => {
    expect(offenders((row) => row.CommitmentDiscountId === undefined && row.EffectiveCost !== row.BilledCost)).toEqual(
      [],
    );
  });

  test('covered and unused rows bill nothing, a purchase is effectively free', () => {
    const status = (row: BillRow) => row.CommitmentDiscountStatus;
    expect(offenders((row) => status(row) !== undefined && !new Exact(row.BilledCost ?? 1).isZero())).toEqual([]);
    expect(
      offenders((row) => row.ChargeCategory === 'Purchase' && !new Exact(row.EffectiveCost ?? 1).isZero()),
    ).toEqual([]);
    expect(new Set(rows.map(({ row }) => status(row)))).toEqual(new Set(['Used', 'Unused', undefined]));
  });

  test('what a commitment bills in a closed month is what its used and unused rows cost effectively', () => {
    for (const type of ['Savings Plan', 'Reservation']) {
      const of = (row: BillRow) => row.CommitmentDiscountType === type && row.InvoiceId !== undefined;
      expect(total('EffectiveCost', (row) => of(row) && row.ChargeCategory === 'Usage')).toBe(
        total('BilledCost', (row) => of(row) && row.ChargeCategory === 'Purchase'),
      );
    }
  });

  test('consumed quantity is null exactly where nothing is consumed', () => {
    const consumes = (row: BillRow) => row.ChargeCategory === 'Usage' && row.CommitmentDiscountStatus !== 'Unused';
    expect(offenders((row) => consumes(row) !== (row.ConsumedQuantity !== undefined))).toEqual([]);
  });

  test('a sku price id has one sku id and one list price', () => {
    const prices = new Map<string, string>();
    for (const { row } of rows) {
      if (row.SkuPriceId === undefined) continue;
      const value = `${row.SkuId} ${row.ListUnitPrice}`;
      expect(prices.get(row.SkuPriceId) ?? value).toBe(value);
      prices.set(row.SkuPriceId, value);
    }
    expect(prices.size).toBeGreaterThan(35);
  });
});

describe('the dirt of real bills', () => {
  test('is in the tags: none at all, a team spelt two ways, a key with a leading space', () => {
    const tags = new Set(rows.map(({ row }) => row.Tags));
    expect(tags.has(undefined)).toBe(true);
    const teams = new Set([...tags].map((text) => (text === undefined ? undefined : JSON.parse(text).team)));
    expect(teams.has('Recommendations') && teams.has('recommendations')).toBe(true);
    expect([...tags].some((text) => text?.includes('" team"'))).toBe(true);
  });

  test('is in the files: NULL as a word and dates without T and Z on the AWS side', () => {
    const aws = readFileSync(join(dir, 'aws/focus-2026-03.csv'), 'utf8').split('\n')[1];
    expect(aws).toContain(',NULL,');
    expect(aws).toContain('2026-03-01 00:00:00');
    expect(readFileSync(join(dir, 'azure/focus-2026-03.csv'), 'utf8')).not.toContain('NULL');
  });

  test('mixes units of tokens: millions as Units, thousands, and both on Azure', () => {
    const units = (service: string) =>
      new Set(rows.filter(({ row }) => row.ServiceName?.includes(service)).map(({ row }) => row.PricingUnit));
    expect(units('Bedrock')).toEqual(new Set(['Units', '1K tokens']));
    expect(units('Azure OpenAI')).toEqual(new Set(['1K', '1M']));
  });
});
