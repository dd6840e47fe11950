import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitRecord } from '../../../platform/csv/index.ts';
import { isDeep } from '../../../testing/deep.ts';
import {
  type BillReader,
  buildCsv,
  type FileRecord,
  openBillReader,
  type ReadRow,
  trimDecimals,
} from './bill-reader.testing.ts';

let reader: BillReader;
beforeAll(async () => {
  reader = await openBillReader();
});
afterAll(() => reader[Symbol.asyncDispose]());

const COMMITMENT = '<my-commitment-discount-id>';
const RESOURCE = '<my-resource-id>';

/** A record of an AWS report of one hour of a savings plan. */
const aws = (type: string, change: FileRecord): FileRecord => ({
  'lineItem/LineItemType': type,
  'lineItem/UnblendedCost': '0',
  'lineItem/CurrencyCode': 'USD',
  'lineItem/UsageStartDate': '2023-01-01T00:00:00Z',
  'lineItem/UsageEndDate': '2023-01-01T01:00:00Z',
  'bill/BillingPeriodStartDate': '2023-01-01T00:00:00Z',
  'bill/BillingPeriodEndDate': '2023-02-01T00:00:00Z',
  'savingsPlan/SavingsPlanARN': type === 'Usage' ? '' : COMMITMENT,
  ...change,
});

const awsFee = (unblended: string, commitment: string, used: string) =>
  aws('SavingsPlanRecurringFee', {
    'lineItem/UnblendedCost': unblended,
    'savingsPlan/TotalCommitmentToDate': commitment,
    'savingsPlan/UsedCommitment': used,
  });
const awsUpfront = (unblended: string) => aws('SavingsPlanUpfrontFee', { 'lineItem/UnblendedCost': unblended });
const hour = { 'lineItem/ResourceId': RESOURCE, 'lineItem/UsageAmount': '1', 'pricing/unit': 'Hrs' };
const awsCovered = (effective: string) =>
  aws('SavingsPlanCoveredUsage', {
    ...hour,
    'lineItem/UnblendedCost': '2',
    'savingsPlan/SavingsPlanEffectiveCost': effective,
  });
const awsOnDemand = (cost: string) => aws('Usage', { ...hour, 'lineItem/UnblendedCost': cost });

/** A record of an Azure export, of a savings plan by default. */
const azure = (type: string, cost: string, change: FileRecord = {}): FileRecord => ({
  ChargeType: type,
  Cost: cost,
  BillingCurrency: 'USD',
  Date: '01/01/2023',
  BillingPeriodStartDate: '01/01/2023',
  BillingPeriodEndDate: '01/31/2023',
  MeterCategory: 'Virtual Machines',
  ConsumedService: 'Microsoft.Compute',
  ResourceId: RESOURCE,
  Quantity: '1',
  UnitOfMeasure: '1 Hour',
  PricingModel: 'SavingsPlan',
  BenefitId: COMMITMENT,
  Frequency: 'UsageBased',
  ...change,
});
const azurePurchase = (cost: string, frequency: string) => azure('Purchase', cost, { Frequency: frequency });
const onDemand = { PricingModel: 'OnDemand', BenefitId: '' };

interface Scenario {
  readonly aws: readonly FileRecord[];
  readonly azure: readonly FileRecord[];
  readonly dataset: 'ActualCost' | 'AmortizedCost';
}

/** Records that AWS and Azure write for the scenarios of the FOCUS specification. */
const scenarios: Readonly<Record<string, Scenario>> = {
  purchase_scenario_1: {
    aws: [awsUpfront('8760')],
    azure: [azurePurchase('8760', 'OneTime')],
    dataset: 'ActualCost',
  },
  purchase_scenario_2: {
    aws: [awsFee('1', '1', '1'), awsFee('1', '1', '1'), awsFee('1', '1', '1')],
    azure: [azurePurchase('1', 'Recurring'), azurePurchase('1', 'Recurring'), azurePurchase('1', 'Recurring')],
    dataset: 'ActualCost',
  },
  purchase_scenario_3: {
    aws: [awsUpfront('4380'), awsFee('0.5', '1', '1'), awsFee('0.5', '1', '1'), awsFee('0.5', '1', '1')],
    azure: [azurePurchase('4380', 'OneTime'), ...['0.5', '0.5', '0.5'].map((cost) => azurePurchase(cost, 'Recurring'))],
    dataset: 'ActualCost',
  },
  usage_scenario_1: { aws: [awsCovered('1')], azure: [azure('Usage', '1')], dataset: 'AmortizedCost' },
  usage_scenario_2: {
    aws: [awsFee('0', '1', '0')],
    azure: [azure('UnusedSavingsPlan', '1')],
    dataset: 'AmortizedCost',
  },
  usage_scenario_3: {
    aws: [awsCovered('0.75'), awsFee('0', '1', '0.75')],
    azure: [azure('Usage', '0.75'), azure('UnusedSavingsPlan', '0.25')],
    dataset: 'AmortizedCost',
  },
  usage_scenario_4: {
    aws: [awsCovered('1'), awsOnDemand('0.5')],
    azure: [azure('Usage', '1'), azure('Usage', '0.5', onDemand)],
    dataset: 'AmortizedCost',
  },
};

const shared = join(import.meta.dirname, '../../../../../shared/data/finops/focus');
const compared = [
  'ChargeCategory',
  'ChargeFrequency',
  'PricingCategory',
  'ResourceId',
  'BilledCost',
  'EffectiveCost',
  'CommitmentDiscountId',
  'CommitmentDiscountQuantity',
  'CommitmentDiscountStatus',
  'CommitmentDiscountUnit',
  'ConsumedQuantity',
];

/** The rows of a worked example, without its dates: some of them contain an hour 30. */
function workedExample(name: string): FileRecord[] {
  const [header = '', ...lines] = readFileSync(join(shared, `spec_commitment_discount_${name}.csv`), 'utf8')
    .trim()
    .split(/\r?\n/);
  const names = splitRecord(header, ',');
  return lines.map((line) => Object.fromEntries(splitRecord(line, ',').map((value, at) => [names[at] ?? '', value])));
}

function comparable(row: Readonly<Record<string, string | null>>, names: readonly string[]) {
  const value = (text: string | null | undefined) => {
    if (text === null || text === undefined || text === 'null') return null;
    return /^-?\d+(\.\d+)?$/.test(text) ? new Decimal(text).toString() : text;
  };
  return Object.fromEntries(names.map((name) => [name, value(row[name])]));
}

describe.skipIf(!existsSync(shared))("the specification's worked examples (skipped without ../shared)", () => {
  describe.each(Object.entries(scenarios))('%s', (name, { aws: awsRecords, azure: azureRecords, dataset }) => {
    const expected = () => {
      const rows = workedExample(name);
      const names = compared.filter((column) => rows[0] !== undefined && column in rows[0]);
      return { names, rows: rows.map((row) => comparable(row, names)) };
    };

    it('comes out of an AWS report', async () => {
      const { names, rows } = expected();
      expect((await reader.rows(buildCsv(awsRecords))).map((row) => comparable(row, names))).toEqual(rows);
    });

    it('comes out of an Azure export', async () => {
      const { names, rows } = expected();
      const read = await reader.rows(buildCsv(azureRecords), { dataset });
      expect(read.map((row) => comparable(row, names))).toEqual(rows);
    });
  });
});

describe('a record that is a fee and what nobody used of it', () => {
  const kinds = ({
    ChargeCategory,
    CommitmentDiscountStatus,
    BilledCost,
    EffectiveCost,
    CommitmentDiscountQuantity,
  }: ReadRow) => ({
    kind: CommitmentDiscountStatus ?? ChargeCategory,
    billed: BilledCost,
    effective: EffectiveCost,
    quantity: CommitmentDiscountQuantity,
  });

  it('becomes a purchase and an unused row, of a savings plan', async () => {
    const rows = (await reader.rows(buildCsv([awsCovered('0.75'), awsFee('1', '1', '0.75')]))).map(trimDecimals);
    expect(rows.map(kinds)).toEqual([
      { kind: 'Used', billed: '0', effective: '0.75', quantity: '0.75' },
      { kind: 'Purchase', billed: '1', effective: '0', quantity: '1' },
      { kind: 'Unused', billed: '0', effective: '0.25', quantity: '0.25' },
    ]);
    expect(rows[2]).toMatchObject({
      ChargeCategory: 'Usage',
      PricingCategory: 'Committed',
      ResourceId: COMMITMENT,
      CommitmentDiscountUnit: 'USD',
      ListCost: '0',
    });
  });

  it('becomes a purchase and an unused row, of a reservation', async () => {
    const arn = 'arn:aws:ec2:us-east-1:111111111111:reserved-instances/1';
    const reservation = { 'savingsPlan/SavingsPlanARN': '', 'reservation/ReservationARN': arn };
    const records = [
      aws('Fee', { ...reservation, 'lineItem/UnblendedCost': '100', 'reservation/TotalReservedUnits': '744' }),
      aws('DiscountedUsage', {
        ...reservation,
        ...hour,
        'lineItem/UsageAmount': '600',
        'reservation/EffectiveCost': '60.5',
      }),
      aws('RIFee', {
        ...reservation,
        'lineItem/UnblendedCost': '50',
        'reservation/TotalReservedUnits': '744',
        'reservation/UnusedQuantity': '144',
        'reservation/UnusedAmortizedUpfrontFeeForBillingPeriod': '80',
        'reservation/UnusedRecurringFee': '9.5',
      }),
    ];
    const rows = (await reader.rows(buildCsv(records))).map(trimDecimals);
    expect(rows.map(kinds)).toEqual([
      { kind: 'Purchase', billed: '100', effective: '0', quantity: '744' },
      { kind: 'Used', billed: '0', effective: '60.5', quantity: '600' },
      { kind: 'Purchase', billed: '50', effective: '0', quantity: '744' },
      { kind: 'Unused', billed: '0', effective: '89.5', quantity: '144' },
    ]);
    expect(
      new Set(
        rows.map(({ CommitmentDiscountId, CommitmentDiscountUnit, CommitmentDiscountType }) =>
          [CommitmentDiscountId, CommitmentDiscountUnit, CommitmentDiscountType].join(),
        ),
      ),
    ).toEqual(new Set([`${arn},Hours,Reserved Instance`]));
  });

  it('is reduced like its fee where the account has a discount of its own', async () => {
    const rows = (
      await reader.rows(
        buildCsv([
          {
            ...awsFee('1', '1', '0.75'),
            'lineItem/NetUnblendedCost': '0.9',
            'savingsPlan/RecurringCommitmentForBillingPeriod': '1',
            'savingsPlan/NetRecurringCommitmentForBillingPeriod': '0.9',
            'savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod': '0',
            'savingsPlan/NetAmortizedUpfrontCommitmentForBillingPeriod': '0',
          },
        ]),
      )
    ).map(trimDecimals);
    expect(rows.map(kinds)).toEqual([
      { kind: 'Purchase', billed: '0.9', effective: '0', quantity: '1' },
      { kind: 'Unused', billed: '0', effective: '0.225', quantity: '0.25' },
    ]);
  });
});

/**
 * Commitment and usage in cents per hour over the hours of a term; upfront is the part of the price paid in advance.
 */
const terms = fc.array(
  fc.record({
    centsAnHour: fc.integer({ min: 1, max: 500 }),
    upfront: fc.constantFrom(0, 50, 100),
    usedRatios: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 12 }),
  }),
  { minLength: 1, maxLength: 8 },
);

function recordsOf(
  term: { centsAnHour: number; upfront: number; usedRatios: readonly number[] },
  arn: string,
): FileRecord[] {
  const anHour = new Decimal(term.centsAnHour).div(100);
  const plan = { 'savingsPlan/SavingsPlanARN': arn };
  const first = anHour.times(term.usedRatios.length).times(term.upfront).div(100);
  const hours = term.usedRatios.flatMap((ratio) => {
    const used = anHour.times(ratio).div(100);
    const covered = [
      { ...awsCovered(used.toFixed()), ...plan },
      { ...aws('SavingsPlanNegation', { 'lineItem/UnblendedCost': '-2' }), ...plan },
    ];
    const fee = awsFee(
      anHour
        .times(100 - term.upfront)
        .div(100)
        .toFixed(),
      anHour.toFixed(),
      used.toFixed(),
    );
    return [...(ratio === 0 ? [] : covered), { ...fee, ...plan }];
  });
  return term.upfront === 0 ? hours : [{ ...awsUpfront(first.toFixed()), ...plan }, ...hours];
}

describe('over the term of a commitment', () => {
  it('what is billed for it is what its use and what nobody used cost, and the whole is what AWS unblended', async () => {
    await fc.assert(
      fc.asyncProperty(terms, async (all) => {
        const records = all.flatMap((term, at) => recordsOf(term, `plan-${at}`));
        const rows = await reader.rows(buildCsv(records));
        const sum = (of: readonly ReadRow[], column: string) =>
          of.reduce((total, row) => total.plus(row[column] ?? Number.NaN), new Decimal(0)).toFixed();
        for (const id of all.map((_, at) => `plan-${at}`)) {
          const own = rows.filter((row) => row.CommitmentDiscountId === id);
          expect(sum(own, 'EffectiveCost')).toBe(sum(own, 'BilledCost'));
          expect(
            sum(
              own.filter(({ ChargeCategory }) => ChargeCategory === 'Purchase'),
              'EffectiveCost',
            ),
          ).toBe('0');
        }
        const unblended = records.reduce(
          (total, record) => total.plus(record['lineItem/UnblendedCost'] ?? 0),
          new Decimal(0),
        );
        expect(sum(rows, 'BilledCost')).toBe(unblended.toFixed());
      }),
      { numRuns: isDeep ? 12 : 3 },
    );
  }, 240_000);
});
