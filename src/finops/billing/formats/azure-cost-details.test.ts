import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitRecord } from '../../../platform/csv/index.ts';
import { createEnterpriseRecord, SUBSCRIPTION } from './azure-record.testing.ts';
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

const read = async (records: readonly FileRecord[], dataset: 'ActualCost' | 'AmortizedCost' | null = 'ActualCost') =>
  (await reader.rows(buildCsv(records), { dataset })).map(trimDecimals);

const tagTexts = [
  ['{"team": "a"}', '{"team":"a"}'],
  ['"team": "a"', '{"team":"a"}'],
  ['"team": "a",', '{"team":"a"}'],
  ['', null],
] as const;
const types = [
  ['Purchase', '', 'Purchase', null, 'Standard'],
  ['Refund', '', 'Adjustment', 'Correction', null],
  ['Refund', 'r-1', 'Purchase', 'Correction', 'Standard'],
  ['Tax', '', 'Tax', null, null],
  ['RoundingAdjustment', '', 'Adjustment', null, null],
  ['Credit', '', 'Credit', null, null],
] as const;
const services = [
  [
    'Microsoft.MachineLearningServices',
    'Virtual Machines',
    'NDv5 Series',
    'Azure Machine Learning',
    'Machine Learning',
  ],
  ['Microsoft.CognitiveServices', 'Cognitive Services', 'Azure OpenAI', 'Cognitive Services', 'Generative AI'],
  ['Microsoft.CognitiveServices', 'Azure OpenAI', '', 'Azure OpenAI', 'Generative AI'],
  ['Microsoft.CognitiveServices', 'Cognitive Services', 'Speech', 'Cognitive Services', 'AI Platforms'],
] as const;

/** Records by name: one export holds them all. */
const records: Readonly<Record<string, FileRecord>> = {
  usual: createEnterpriseRecord(),
  ...Object.fromEntries(tagTexts.map(([tags]) => [`tags ${tags}`, createEnterpriseRecord({ Tags: tags })])),
  ...Object.fromEntries(
    types.map(([type, reservation]) => [
      `type ${type} ${reservation}`,
      createEnterpriseRecord({ ChargeType: type, ReservationId: reservation, Frequency: 'OneTime' }),
    ]),
  ),
  ...Object.fromEntries(
    services.map(([provider, meter, sub]) => [
      `service ${provider} ${meter} ${sub}`,
      createEnterpriseRecord({ ConsumedService: provider, MeterCategory: meter, MeterSubCategory: sub }),
    ]),
  ),
};

describe('an Azure cost export', () => {
  let rows: ReadRow[] = [];
  beforeAll(async () => {
    rows = await read(Object.values(records));
    expect(rows).toHaveLength(Object.keys(records).length);
  });
  const rowOf = (name: string) => rows[Object.keys(records).indexOf(name)];

  it('becomes FOCUS: who, what, where, when, how much', () => {
    expect(rowOf('usual')).toMatchObject({
      period: '2026-10',
      BilledCost: '180',
      EffectiveCost: '180',
      ListCost: '196.64',
      ContractedCost: '180',
      ListUnitPrice: '98.32',
      ContractedUnitPrice: '90',
      BillingAccountId: '8611537',
      BillingAccountType: 'Billing Account',
      SubAccountId: SUBSCRIPTION,
      SubAccountName: 'Research',
      BillingPeriodStart: '2026-10-01 00:00:00',
      BillingPeriodEnd: '2026-11-01 00:00:00',
      ChargePeriodStart: '2026-10-03 00:00:00',
      ChargePeriodEnd: '2026-10-04 00:00:00',
      ChargeCategory: 'Usage',
      ChargeFrequency: 'Usage-Based',
      PricingCategory: 'Standard',
      PricingQuantity: '2',
      PricingUnit: 'Hours',
      ConsumedQuantity: '2',
      ConsumedUnit: 'Hours',
      ServiceProviderName: 'Microsoft',
      ServiceName: 'Virtual Machines',
      ServiceCategory: 'Compute',
      ServiceSubcategory: 'Virtual Machines',
      RegionId: 'eastus',
      RegionName: 'East US',
      ResourceName: 'gpu-1',
      ResourceType: 'microsoft.compute/virtualmachines',
      SkuMeter: 'ND96isr H100 v5',
      SkuPriceDetails: '{"InstanceType":"Standard_ND96isr_H100_v5","CoreCount":96}',
      Tags: '{"team":"search","org":""}',
      x_MeterSubCategory: 'NDv5 Series',
      reject: null,
    });
  });

  it.each([
    ['camelCase', (name: string) => name.charAt(0).toLowerCase() + name.slice(1)],
    ['blanks', (name: string) => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')],
    ['lower case', (name: string) => name.toLowerCase()],
    ['upper case', (name: string) => name.toUpperCase()],
  ])('is read alike with %s in its header', async (_, spell) => {
    const spelled = Object.fromEntries(
      Object.entries(createEnterpriseRecord()).map(([name, value]) => [spell(name), value]),
    );
    const focus = (row: FileRecord | undefined | Readonly<Record<string, string | null>>) =>
      Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => !name.startsWith('x_')));
    expect(focus((await read([spelled]))[0])).toEqual(focus((await read([createEnterpriseRecord()]))[0]));
  });

  it('is read with a byte-order mark', async () => {
    const [row] = await reader.rows(`\ufeff${buildCsv([createEnterpriseRecord()])}`);
    expect(row).toMatchObject({ BillingAccountId: '8611537', reject: null });
  });

  it('of the German portal has its names in brackets, days first, and a comma before the cents', async () => {
    const german = {
      'Abonnement-GUID (SubscriptionGuid)': SUBSCRIPTION,
      'Name des Abonnements (SubscriptionName)': 'Forschung',
      'Datum (Date)': '03.10.2026',
      'Kategorie der Verbrauchseinheit (MeterCategory)': 'Virtual Machines',
      'Unterkategorie der Verbrauchseinheit (MeterSubCategory)': 'NDv5 Series',
      'Verbrauchte Menge (ConsumedQuantity)': '1,5',
      'Kosten (Cost)': '1.234,56',
      'Währung (Currency)': 'EUR',
      'ID der Instanz (InstanceId)': `/subscriptions/${SUBSCRIPTION}/resourceGroups/ml/providers/Microsoft.Compute/virtualMachines/gpu-1`,
      'Ressourcenstandort (ResourceLocation)': 'US East',
    };
    const expected = {
      BilledCost: '1234.56',
      BillingCurrency: 'EUR',
      PricingQuantity: '1.5',
      ChargePeriodStart: '2026-10-03 00:00:00',
      BillingPeriodStart: '2026-10-01 00:00:00',
      BillingPeriodEnd: '2026-11-01 00:00:00',
      SubAccountName: 'Forschung',
      RegionId: 'eastus',
      RegionName: 'East US',
      ResourceName: 'gpu-1',
      reject: null,
    };
    expect((await read([german]))[0]).toMatchObject(expected);
    const bare = Object.fromEntries(Object.entries(german).map(([name, value]) => [name.replace(/ \(.+$/, ''), value]));
    expect((await read([bare]))[0]).toMatchObject(expected);
  });

  it.each([
    ['10/03/2026', '2026-10-03'],
    ['2026-10-03', '2026-10-03'],
    ['2026-10-03T00:00:00Z', '2026-10-03'],
    ['1/3/2026', '2026-01-03'],
    ['10/03/2026 00:00:00', '2026-10-03'],
  ])('dates %s on %s', async (date, day) => {
    const [row] = await read([createEnterpriseRecord({ Date: date })]);
    expect(row).toMatchObject({ ChargePeriodStart: `${day} 00:00:00`, reject: null });
  });

  it('refuses a date and an amount that are none by their columns', async () => {
    const rows = await read([createEnterpriseRecord({ Date: 'yesterday' }), createEnterpriseRecord({ Cost: 'free' })]);
    expect(rows.map(({ reject }) => reject?.split('\x1f'))).toEqual([
      ['Date', 'instant', 'yesterday'],
      ['Cost', 'decimal', 'free'],
    ]);
  });

  it.each(tagTexts)('takes the tags %s', (tags, expected) => {
    expect(rowOf(`tags ${tags}`)?.Tags).toBe(expected);
  });

  it.each(types)(
    '%s (commitment "%s") is a charge of category %s',
    (type, reservation, category, chargeClass, pricing) => {
      expect(rowOf(`type ${type} ${reservation}`)).toMatchObject({
        ChargeCategory: category,
        ChargeClass: chargeClass,
        ChargeFrequency: 'One-Time',
        PricingCategory: pricing,
        ListCost: '180',
      });
    },
  );

  it('without a currency is refused, because nobody can know it', async () => {
    const { BillingCurrency: _, ...rest } = createEnterpriseRecord();
    await expect(read([rest])).rejects.toMatchObject({
      code: 'bill_column_missing',
      context: { column: 'BillingCurrency' },
    });
  });

  it.each(services)('puts %s, %s, %s into AI and Machine Learning', (provider, meter, sub, name, subcategory) => {
    expect(rowOf(`service ${provider} ${meter} ${sub}`)).toMatchObject({
      ServiceName: name,
      ServiceCategory: 'AI and Machine Learning',
      ServiceSubcategory: subcategory,
    });
  });
});

describe('units', () => {
  it('are a number, perhaps with a multiple, and what is counted; tokens where the meter counts tokens', async () => {
    const cases = [
      ['1 Hour', 'ND96isr H100 v5', 'Hours', '3', 'Hours'],
      ['10 Hours', 'E4 v3', '10 Hours', '30', 'Hours'],
      ['100 Hours', 'LB rules', '100 Hours', '300', 'Hours'],
      ['10K', 'Read Operations', '10000 Units', '30000', 'Units'],
      ['1K', 'gpt-4o-0806-Inp-glbl Tokens', '1000 Tokens', '3000', 'Tokens'],
      ['1M', '5.4 inp Gl 1M Tokens', '1000000 Tokens', '3000000', 'Tokens'],
      ['1/Month', 'P4 Disk', 'Units/Month', '3', 'Units/Month'],
      ['1 GB/Month', 'LRS Data Stored', 'GB/Month', '3', 'GB/Month'],
      ['100 GB', 'Bandwidth', '100 GB', '300', 'GB'],
      ['1 Month', 'Plan', 'Months', '3', 'Months'],
      ['', 'Plan', null, null, null],
    ] as const;
    const rows = await read(
      cases.map(([unit, meter]) => createEnterpriseRecord({ UnitOfMeasure: unit, MeterName: meter, Quantity: '3' })),
    );
    const said = rows.map(({ PricingUnit, ConsumedQuantity, ConsumedUnit }) => [
      PricingUnit,
      ConsumedQuantity,
      ConsumedUnit,
    ]);
    expect(said).toEqual(cases.map(([, , ...expected]) => expected));
    expect(new Set(rows.map(({ PricingQuantity }) => PricingQuantity))).toEqual(new Set(['3']));
  });
});

const shared = join(import.meta.dirname, '../../../../../shared/data/finops/azure');
const path = (name: string) => join(shared, name);

describe.skipIf(!existsSync(shared))('real Azure exports (skipped without ../shared)', () => {
  const totals = `count(*)::VARCHAR AS records, sum(BilledCost)::VARCHAR AS billed, sum(EffectiveCost)::VARCHAR AS effective,
    count(*) FILTER (EffectiveCost IS NULL)::VARCHAR AS unknown, count(reject)::VARCHAR AS refused`;

  it('of actual cost sum to its costs; the purchase of a reservation is billed and not effective', async () => {
    const options = { path: path('EA_ActualCost_Small.csv'), dataset: 'ActualCost' } as const;
    const [summary] = await reader.summary('', totals, options);
    const billed = await reader.exactSum(options.path, 'BilledCost');
    expect(summary).toMatchObject({ records: '11', refused: '0', unknown: '0' });
    expect(trimDecimals({ billed: String(summary?.billed) }).billed).toBe(billed);
    const rows = (await reader.rows('', options)).map(trimDecimals);
    expect(rows.filter(({ ChargeCategory }) => ChargeCategory === 'Purchase')).toMatchObject([
      { BilledCost: '3.25', EffectiveCost: '0', CommitmentDiscountType: 'Reservation' },
    ]);
  });

  it('of amortised cost bill nothing for what a commitment covers', async () => {
    const rows = (await reader.rows('', { path: path('EA_AmortizedCost_Small.csv'), dataset: 'AmortizedCost' })).map(
      trimDecimals,
    );
    const covered = rows.filter(({ CommitmentDiscountId }) => CommitmentDiscountId !== null);
    expect(
      covered.map(({ CommitmentDiscountType, BilledCost, EffectiveCost }) => [
        CommitmentDiscountType,
        BilledCost,
        EffectiveCost,
      ]),
    ).toEqual([
      ['Reservation', '0', '0.493152'],
      ['Savings Plan', '0', '0.006000000468'],
    ]);
    expect(rows.filter(({ ServiceSubcategory }) => ServiceSubcategory === 'Machine Learning')).toHaveLength(5);
    expect(rows.every(({ reject }) => reject === null)).toBe(true);
  });

  it('that are only a header map to columns, and give no rows', async () => {
    const options = { path: path('EA_NoRows.csv') };
    expect((await reader.mapping('', options)).format).toBe('Azure cost details');
    expect(await reader.rows('', options)).toEqual([]);
  });

  it.each([
    ['headers_Enterprise.csv', 'CAD', '10 Hours', '100'],
    ['headers_PayAsYouGo.csv', 'USD', '100 Hours', '300'],
  ])('%s is read', async (name, currency, unit, consumed) => {
    const [row] = (await reader.rows('', { path: path(name) })).map(trimDecimals);
    expect(row).toMatchObject({
      BillingCurrency: currency,
      PricingUnit: unit,
      ConsumedQuantity: consumed,
      reject: null,
    });
  });

  it('count by units as Microsoft lists them', async () => {
    const [, ...lines] = readFileSync(path('opendata_PricingUnits.csv'), 'utf8').trim().split(/\r?\n/);
    const listed = lines.map((line) => splitRecord(line, ',')).filter(([unit]) => unit?.trim() !== '');
    const records = listed.map(([unit = '']) =>
      createEnterpriseRecord({ UnitOfMeasure: unit, Quantity: '1', MeterName: '' }),
    );
    const rows = (await read(records)).map(({ ConsumedQuantity }) => ConsumedQuantity);
    const wrong = listed.filter(([, , block], at) => rows[at] !== block).map(([unit]) => unit);
    // The list defines this one as single transactions, but its number prefix contradicts that.
    expect(wrong).toEqual(['10000s']);
  });
});
