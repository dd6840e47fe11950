import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BillReader, buildCsv, openBillReader, type ReadRow, trimDecimals } from './bill-reader.testing.ts';

let reader: BillReader;
beforeAll(async () => {
  reader = await openBillReader();
});
afterAll(() => reader[Symbol.asyncDispose]());

/** A record of a legacy report: an hour of a GPU instance, changed as the case needs it. */
const record = (change: Readonly<Record<string, string>> = {}) => ({
  'identity/LineItemId': 'line-1',
  'bill/InvoiceId': '',
  'bill/InvoicingEntity': 'Amazon Web Services, Inc.',
  'bill/BillingEntity': 'AWS',
  'bill/BillType': 'Anniversary',
  'bill/PayerAccountId': '111111111111',
  'bill/BillingPeriodStartDate': '2026-10-01T00:00:00Z',
  'bill/BillingPeriodEndDate': '2026-11-01T00:00:00Z',
  'lineItem/UsageAccountId': '222222222222',
  'lineItem/LineItemType': 'Usage',
  'lineItem/UsageStartDate': '2026-10-03T00:00:00Z',
  'lineItem/UsageEndDate': '2026-10-03T01:00:00Z',
  'lineItem/ProductCode': 'AmazonEC2',
  'lineItem/UsageType': 'USE2-BoxUsage:p5.48xlarge',
  'lineItem/AvailabilityZone': 'us-east-2a',
  'lineItem/ResourceId': 'i-0123456789abcdef0',
  'lineItem/UsageAmount': '1.0',
  'lineItem/CurrencyCode': 'USD',
  'lineItem/UnblendedRate': '55.04',
  'lineItem/UnblendedCost': '55.04',
  'lineItem/LegalEntity': 'Amazon Web Services, Inc.',
  'lineItem/LineItemDescription': '$55.04 per On Demand Linux p5.48xlarge Instance Hour',
  'product/ProductName': 'Amazon Elastic Compute Cloud',
  'product/instanceType': 'p5.48xlarge',
  'product/gpu': '8',
  'product/vcpu': '192',
  'product/location': 'US East (Ohio)',
  'product/sku': 'SKU1',
  'pricing/RateCode': 'SKU1.TERM.RATE',
  'pricing/publicOnDemandCost': '55.04',
  'pricing/publicOnDemandRate': '55.04',
  'pricing/unit': 'Hrs',
  ...change,
});

const read = async (...records: Readonly<Record<string, string>>[]) =>
  (await reader.rows(buildCsv(records))).map(trimDecimals);

const services = [
  ['AmazonSageMaker', 'Amazon SageMaker', 'AI and Machine Learning', 'Machine Learning'],
  ['AmazonBedrock', 'Amazon Bedrock', 'AI and Machine Learning', 'Generative AI'],
  ['AmazonBedrockFoundationModels', 'Amazon Bedrock', 'AI and Machine Learning', 'Generative AI'],
  ['5xmpl', 'Claude Sonnet (Amazon Bedrock Edition)', 'AI and Machine Learning', 'Generative AI'],
  ['AmazonRDS', 'Amazon Relational Database Service', 'Databases', 'Relational Databases'],
  ['SomethingNew', 'Something New', 'Other', 'Other (Other)'],
] as const;
const types = [
  ['Tax', 'Tax', 'One-Time', null],
  ['Credit', 'Credit', 'One-Time', null],
  ['Refund', 'Adjustment', 'One-Time', null],
  ['Fee', 'Purchase', 'One-Time', 'Standard'],
  ['RIFee', 'Purchase', 'Recurring', 'Standard'],
  ['SavingsPlanUpfrontFee', 'Purchase', 'One-Time', 'Standard'],
  ['SavingsPlanRecurringFee', 'Purchase', 'Recurring', 'Standard'],
  ['SavingsPlanNegation', 'Adjustment', 'One-Time', null],
  ['BundledDiscount', 'Usage', 'Usage-Based', 'Standard'],
  ['EdpDiscount', 'Adjustment', 'Usage-Based', null],
  ['PrivateRateDiscount', 'Adjustment', 'Usage-Based', null],
] as const;

/** Records with the usual columns, by name: one report holds them all. */
const records: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  usual: record(),
  marketplace: record({
    'bill/BillingEntity': 'AWS Marketplace',
    'lineItem/LegalEntity': 'Anthropic, PBC',
    'lineItem/UsageType': 'USE1-MP:USE1_InputTokenCount-Units',
    'lineItem/ProductCode': '5xmpl',
    'product/ProductName': 'Claude Sonnet (Amazon Bedrock Edition)',
    'pricing/unit': '1K tokens',
  }),
  spot: record({ 'lineItem/UsageType': 'USE2-SpotUsage:p5.48xlarge' }),
  reserved: record({ 'lineItem/LineItemType': 'DiscountedUsage', 'lineItem/UnblendedCost': '0' }),
  ...Object.fromEntries(
    services.map(([code, name]) => [
      `service ${code}`,
      record({ 'lineItem/ProductCode': code, 'product/ProductName': name }),
    ]),
  ),
  ...Object.fromEntries(types.map(([type]) => [`type ${type}`, record({ 'lineItem/LineItemType': type })])),
};

describe('an AWS Cost and Usage Report', () => {
  let rows: ReadRow[] = [];
  beforeAll(async () => {
    rows = await read(...Object.values(records));
    expect(rows).toHaveLength(Object.keys(records).length);
  });
  const rowOf = (name: string) => rows[Object.keys(records).indexOf(name)];

  it('becomes FOCUS: who, what, where, when, how much', () => {
    expect(rowOf('usual')).toMatchObject({
      period: '2026-10',
      BilledCost: '55.04',
      EffectiveCost: '55.04',
      ListCost: '55.04',
      ContractedCost: '55.04',
      BillingAccountId: '111111111111',
      SubAccountId: '222222222222',
      BillingCurrency: 'USD',
      BillingPeriodStart: '2026-10-01 00:00:00',
      BillingPeriodEnd: '2026-11-01 00:00:00',
      ChargePeriodStart: '2026-10-03 00:00:00',
      ChargePeriodEnd: '2026-10-03 01:00:00',
      ChargeCategory: 'Usage',
      ChargeFrequency: 'Usage-Based',
      ChargeClass: null,
      PricingCategory: 'Standard',
      PricingQuantity: '1',
      PricingUnit: 'Hours',
      ConsumedQuantity: '1',
      ConsumedUnit: 'Hours',
      ListUnitPrice: '55.04',
      ContractedUnitPrice: '55.04',
      ServiceProviderName: 'AWS',
      HostProviderName: 'AWS',
      InvoiceIssuerName: 'Amazon Web Services, Inc.',
      ServiceName: 'Amazon Elastic Compute Cloud',
      ServiceCategory: 'Compute',
      ServiceSubcategory: 'Virtual Machines',
      RegionId: 'us-east-2',
      RegionName: 'US East (Ohio)',
      AvailabilityZone: 'us-east-2a',
      ResourceId: 'i-0123456789abcdef0',
      ResourceType: 'instance',
      SkuId: 'SKU1',
      SkuPriceId: 'SKU1.TERM.RATE',
      SkuMeter: 'USE2-BoxUsage:p5.48xlarge',
      SkuPriceDetails: '{"InstanceType":"p5.48xlarge","GpuCount":8,"CoreCount":192}',
      CommitmentDiscountId: null,
      reject: null,
    });
  });

  it.each(services)('puts %s (%s) into %s', (code, name, category, subcategory) => {
    expect(rowOf(`service ${code}`)).toMatchObject({
      ServiceName: name,
      ServiceCategory: category,
      ServiceSubcategory: subcategory,
    });
  });

  it('names the seller of a model on the marketplace, and keeps its meter and unit word for word', () => {
    expect(rowOf('marketplace')).toMatchObject({
      ServiceProviderName: 'Anthropic, PBC',
      HostProviderName: 'AWS',
      SkuMeter: 'USE1-MP:USE1_InputTokenCount-Units',
      PricingUnit: '1K tokens',
      'x_product/ProductName': 'Claude Sonnet (Amazon Bedrock Edition)',
    });
  });

  it.each(types)('%s is a charge of category %s, %s', (type, category, frequency, pricing) => {
    expect(rowOf(`type ${type}`)).toMatchObject({
      ChargeCategory: category,
      ChargeFrequency: frequency,
      PricingCategory: pricing,
      ChargeClass: type === 'Refund' ? 'Correction' : null,
    });
  });

  it('tells spot from on-demand', () => {
    expect(rowOf('spot')).toMatchObject({ ChargeCategory: 'Usage', PricingCategory: 'Dynamic' });
  });

  it('bills net of discounts where AWS tells the net cost, and the discount records are then nothing', async () => {
    const rows = await read(
      record({ 'lineItem/NetUnblendedCost': '50', 'lineItem/NetUnblendedRate': '50' }),
      record({
        'lineItem/LineItemType': 'EdpDiscount',
        'lineItem/UnblendedCost': '-5.04',
        'lineItem/NetUnblendedCost': '0',
      }),
      record({ 'lineItem/UnblendedCost': '2', 'lineItem/NetUnblendedCost': '' }),
    );
    expect(rows.map(({ BilledCost }) => BilledCost)).toEqual(['50', '0', '2']);
    expect(rows[0]).toMatchObject({
      EffectiveCost: '50',
      ContractedCost: '50',
      ListCost: '55.04',
      ContractedUnitPrice: '50',
    });
  });

  it('leaves unknown what the report does not say: effective cost of reserved usage without its column', () => {
    expect(rowOf('reserved')).toMatchObject({ BilledCost: '0', EffectiveCost: null });
  });

  it('does not bill a part of split cost allocation again, and keeps its columns', async () => {
    const [row] = await read(
      record({
        'lineItem/UnblendedCost': '',
        'splitLineItem/ParentResourceId': 'i-0123456789abcdef0',
        'splitLineItem/SplitCost': '1.5',
      }),
    );
    expect(row).toMatchObject({ BilledCost: '0', 'x_splitLineItem/SplitCost': '1.5', reject: null });
  });

  it('refuses an amount that is none by the name of its column, whichever record it is on', async () => {
    const rows = await read(
      record({ 'lineItem/UnblendedCost': 'free' }),
      record({
        'lineItem/LineItemType': 'RIFee',
        'reservation/UnusedRecurringFee': 'few',
        'reservation/UnusedAmortizedUpfrontFeeForBillingPeriod': '1',
      }),
    );
    expect(rows.map(({ reject }) => reject?.split('\x1f').slice(1))).toEqual([
      ['decimal', 'free'],
      ['decimal', 'few'],
    ]);
  });

  it('without a column that every report has is refused by its name', async () => {
    const { 'lineItem/CurrencyCode': _, ...rest } = record();
    await expect(reader.rows(buildCsv([rest]))).rejects.toMatchObject({
      code: 'bill_column_missing',
      context: { column: 'lineItem/CurrencyCode' },
    });
  });

  it('keeps each column that FOCUS has no place for, and a report of another month with other columns is read too', async () => {
    const mapping = await reader.mapping(buildCsv([record({ 'product/newThisMonth': 'x' })]));
    expect(mapping.custom).toContain('product/newThisMonth');
    expect(mapping.custom).toContain('lineItem/LineItemType');
    expect(mapping.custom).not.toContain('bill/PayerAccountId');
  });
});

describe('the spelling of Athena', () => {
  const athena = (name: string) =>
    name.replace(/^(\w+)\/(.+)$/, (_, group: string, rest: string) =>
      `${group}_${rest}`.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('__', '_'),
    );

  it('gives the same row', async () => {
    const spelled = Object.fromEntries(Object.entries(record()).map(([name, value]) => [athena(name), value]));
    expect(Object.keys(spelled)).toContain('line_item_unblended_cost');
    const focus = ([row]: Awaited<ReturnType<typeof read>>) =>
      Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => !name.startsWith('x_')));
    expect(focus(await read(spelled))).toEqual(focus(await read(record())));
  });
});

describe('tags and cost categories', () => {
  const tagsOf = async (change: Readonly<Record<string, string>>) => (await read(record(change)))[0]?.Tags;

  it('of all columns are one map, without the prefix of user tags', async () => {
    const tags = await tagsOf({
      'resourceTags/user:Team': 'search',
      'resourceTags/user:empty': '',
      'resourceTags/aws:createdBy': 'IAM',
      'costCategory/Unit': 'ML',
    });
    expect(tags).toBe('{"Team":"search","aws:createdBy":"IAM","costCategory:Unit":"ML"}');
  });

  it('of the Athena spelling too', async () => {
    expect(await tagsOf({ resource_tags_user_team: 'search', cost_category_unit: 'ML' })).toBe(
      '{"team":"search","costCategory:unit":"ML"}',
    );
  });

  it('that differ in case only stay apart', async () => {
    const text = buildCsv([record({ 'resourceTags/user:Team': 'a', 'resourceTags/user:team': 'b' })]);
    const [row] = await reader.rows(text);
    expect(row?.Tags).toBe('{"Team":"a","team":"b"}');
  });

  it('are null on a record that has none', async () => {
    expect(await tagsOf({ 'resourceTags/user:Team': '' })).toBeNull();
  });
});

const cur2 = `'{"product_name": "Amazon SageMaker"}' AS product, 'Usage' AS line_item_line_item_type, 'AmazonSageMaker' AS line_item_product_code,
  'USE1-Host:ml.g5.xlarge' AS line_item_usage_type, 'arn:aws:sagemaker:us-east-1:222222222222:endpoint/ranker' AS line_item_resource_id,
  'USD' AS line_item_currency_code, TIMESTAMP '2026-10-03' AS line_item_usage_start_date, TIMESTAMP '2026-10-04' AS line_item_usage_end_date,
  TIMESTAMP '2026-10-01' AS bill_billing_period_start_date, TIMESTAMP '2026-11-01' AS bill_billing_period_end_date,
  0.1::DOUBLE AS line_item_unblended_cost, 0.3::DOUBLE AS line_item_usage_amount, 0.2::DOUBLE AS pricing_public_on_demand_cost,
  'us-east-1' AS product_region_code, NULL::VARCHAR AS savings_plan_savings_plan_a_r_n`;

describe('CUR 2.0', () => {
  const expected = {
    BilledCost: '0.1',
    EffectiveCost: '0.1',
    ListCost: '0.2',
    ServiceName: 'Amazon SageMaker',
    ServiceSubcategory: 'Machine Learning',
    ResourceType: 'endpoint',
    ResourceName: 'ranker',
    RegionName: 'US East (N. Virginia)',
    ChargePeriodStart: '2026-10-03 00:00:00',
    Tags: '{"team":"search","aws:created_by":"IAM","costCategory:unit":"ML"}',
    reject: null,
  };

  it('in Parquet: doubles become the decimals that they stand for, maps become tags', async () => {
    const path = await reader.parquet(`SELECT * REPLACE (MAP {'product_name': 'Amazon SageMaker'} AS product),
      MAP {'user_team': 'search', 'aws_created_by': 'IAM'} AS resource_tags, MAP {'unit': 'ML'} AS cost_category,
      MAP {'edp_discount': 0.5} AS discount FROM (SELECT ${cur2})`);
    const [row] = (await reader.rows('', { path })).map(trimDecimals);
    expect(row).toMatchObject({ ...expected, x_discount: '{"edp_discount":0.5}' });
  });

  it('in CSV: maps are JSON', async () => {
    const path = await reader.parquet(`SELECT *, '{"user_team": "search", "aws_created_by": "IAM"}' AS resource_tags,
      '{"unit": "ML"}' AS cost_category FROM (SELECT ${cur2})`);
    const [row] = (await reader.rows('', { path })).map(trimDecimals);
    expect(row).toMatchObject(expected);
  });

  it('in CSV: a value that looks like a key stays as it is, and JSON that is none is refused', async () => {
    const tags = (json: string) => ({ ...record(), resource_tags: json });
    const rows = await read(tags('{"user_a": "user_b", "user_c": "\\"user_d\\": 1"}'), tags('{broken'));
    expect(rows[0]?.Tags).toBe('{"a":"user_b","c":"\\"user_d\\": 1"}');
    expect(rows[1]?.reject).toContain('resource_tags');
  });
});

const shared = join(import.meta.dirname, '../../../../../shared/data/finops/aws');
const TOTALS = `count(*)::VARCHAR AS records, sum(BilledCost)::VARCHAR AS billed, sum(EffectiveCost)::VARCHAR AS effective,
  count(reject)::VARCHAR AS refused`;

const totals = async (path: string) => trimDecimals((await reader.summary('', TOTALS, { path }))[0] as ReadRow);

describe.skipIf(!existsSync(shared))('real reports (skipped without ../shared)', () => {
  it('of 1,281 records sum to what AWS unblended', async () => {
    expect(await totals(join(shared, 'cur_legacy_anonymous_1281.csv'))).toEqual({
      records: '1281',
      billed: '1.6823086974',
      effective: '1.6823086974',
      refused: '0',
    });
  });

  it('of a bucket with three billing periods too, to the last decimal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bucket-'));
    execFileSync('tar', ['xzf', join(shared, 'cur_bucket_layout_koku_local.tar.gz'), '-C', folder]);
    const path = join(folder, 'koku-local/20180801-20180901/16e57707-f9e3-49be-8be6-b84e684b5194/koku-local-1.csv.gz');
    const sum = '143227.76367818761501799105';
    expect(await totals(path)).toEqual({ records: '13380', billed: sum, effective: sum, refused: '0' });
    expect(await reader.exactSum(path, 'BilledCost')).toBe(sum);
  });
});
