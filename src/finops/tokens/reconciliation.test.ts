import { describe, expect, it } from 'vitest';
import { postApply } from '../../platform/manifests/schema.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { call, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { costSummary } from '../costs/schema.ts';
import { tokenReconciliation } from './schema.ts';

/** Each test replaces the bill of September. */
const application = await sharedQuietApplication();
const period = '2026-09';

const columns = {
  BilledCost: '1',
  EffectiveCost: '',
  BillingCurrency: 'USD',
  BillingPeriodStart: '2026-09-01T00:00:00Z',
  BillingPeriodEnd: '2026-10-01T00:00:00Z',
  ChargePeriodStart: '2026-09-03T00:00:00Z',
  ChargePeriodEnd: '2026-09-04T00:00:00Z',
  ChargeCategory: 'Usage',
  ServiceProviderName: 'AWS',
  ServiceName: 'Amazon Bedrock',
  SkuMeter: '',
  ChargeDescription: '',
  PricingQuantity: '',
  PricingUnit: '',
  ConsumedQuantity: '',
  ListUnitPrice: '',
  ListCost: '',
  SkuPriceDetails: '',
  x_UsageType: '',
  x_SkuMeterSubcategory: '',
  x_PricingUnitDescription: '',
};
type Row = Partial<Record<keyof typeof columns, string>>;

const csv = (rows: Row[]) =>
  [
    Object.keys(columns),
    ...rows.map((row) => Object.values({ ...columns, EffectiveCost: row.BilledCost ?? columns.BilledCost, ...row })),
  ]
    .map((fields) => fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(','))
    .join('\n');
const bill = (...rows: Row[]) => importFiles(application, 'clouds', { 'bill.csv': csv(rows) });
const report = (query: object = {}) => call(application, tokenReconciliation, { query: { period, ...query } });

const novaLite: Row = {
  x_UsageType: 'USE1-NovaLite-input-tokens',
  PricingUnit: '1K tokens',
  PricingQuantity: '20000',
  BilledCost: '1.20',
};
const sonnet: Row = {
  ServiceName: 'Claude Sonnet 4.6 (Amazon Bedrock Edition)',
  x_UsageType: 'USE1-MP:USE1_OutputTokenCount_Global-Units',
  PricingUnit: 'Units',
  PricingQuantity: '3',
  BilledCost: '45.5',
};
const gpt4o: Row = {
  ServiceProviderName: 'Microsoft',
  ServiceName: 'Azure OpenAI',
  SkuMeter: 'gpt-4o-0806-Inp-glbl Tokens',
  PricingUnit: 'Units',
  x_PricingUnitDescription: '1K',
  ConsumedQuantity: '4000',
  PricingQuantity: '4',
  ListUnitPrice: '0.0025',
  ListCost: '10',
  BilledCost: '8',
};
const guardrail: Row = {
  x_UsageType: 'USE1-Guardrail-ContentPolicyUnitsConsumed',
  PricingUnit: 'Units',
  PricingQuantity: '9',
  BilledCost: '0.75',
};

describe('catalogue against bill', () => {
  it('shows billed tokens, their effective price and that of the catalogue', async () => {
    await bill(novaLite, sonnet, gpt4o);
    const { rows, totals } = await report();
    expect(rows).toMatchObject([
      {
        model: 'Claude Sonnet 4.6',
        catalogueModel: 'global.anthropic.claude-sonnet-4-6-v1:0',
        direction: 'output',
        geography: 'global',
        tokens: '3000000',
        cost: '45.5',
        cataloguePerMillion: '15',
        catalogueCost: '45',
        difference: '0.5',
      },
      {
        model: 'gpt-4o-0806',
        catalogueModel: 'gpt-4o',
        direction: 'input',
        tokens: '4000000',
        costPerMillion: '2',
        cataloguePerMillion: '2.5',
        difference: '-2',
      },
      {
        model: 'NovaLite',
        direction: 'input',
        tokens: '20000000',
        costPerMillion: '0.06',
        cataloguePerMillion: '0.06',
        difference: '0',
        priceSource: expect.stringContaining('genai-prices'),
      },
    ]);
    expect(totals).toEqual([
      {
        ...{ currency: 'USD', tokenCost: '54.7', pricedTokenCost: '54.7', catalogueCost: '56.2' },
        ...{ unclassifiedCost: '0', rowsWithoutMetric: 0 },
      },
    ]);
  });

  it('is by effective cost, which a commitment moves away from the bill, unless another metric is asked for', async () => {
    await bill({ ...novaLite, BilledCost: '0', EffectiveCost: '0.9' });
    expect(await report()).toMatchObject({
      metric: 'effectiveCost',
      rows: [{ cost: '0.9', costPerMillion: '0.045', difference: '-0.3' }],
      totals: [{ tokenCost: '0.9' }],
    });
    expect(await report({ metric: 'billedCost' })).toMatchObject({ metric: 'billedCost', rows: [{ cost: '0' }] });
  });

  it('leaves out and counts rows that do not state the metric', async () => {
    await bill({ ...novaLite, EffectiveCost: '' }, guardrail);
    expect(await report()).toMatchObject({
      rows: [{ cost: null, costPerMillion: null, difference: null }],
      totals: [{ tokenCost: null, pricedTokenCost: '0', unclassifiedCost: '0.75', rowsWithoutMetric: 1 }],
    });
  });

  it('adds up rows of one meaning, in whichever unit and on whichever day', async () => {
    await bill(
      novaLite,
      { ...novaLite, ChargePeriodStart: '2026-09-05T07:00:00Z', ChargePeriodEnd: '2026-09-05T08:00:00Z' },
      { ...novaLite, PricingUnit: '1M tokens', PricingQuantity: '5', BilledCost: '0.3' },
    );
    const { rows } = await report();
    expect(rows).toMatchObject([{ rows: 3, tokens: '45000000', cost: '2.7', costPerMillion: '0.06' }]);
  });

  it('takes a credit off the cost of its meter and counts its tokens once', async () => {
    await bill(novaLite, { ...novaLite, ChargeCategory: 'Credit', BilledCost: '-0.2' });
    expect((await report()).rows).toMatchObject([{ rows: 2, tokens: '20000000', cost: '1', difference: '-0.2' }]);
  });

  it('takes the quantity that the price of the row confirms', async () => {
    const counted = { ConsumedQuantity: '4', ListUnitPrice: '0.0025', ListCost: '0.01' };
    await bill({ ...gpt4o, ...counted, PricingQuantity: '0.004', BilledCost: '0.01' });
    expect((await report()).rows).toMatchObject([{ tokens: '4000', costPerMillion: '2.5' }]);
  });

  it('prices the tokens of each day by the price of that day', async () => {
    const sol: Row = {
      ServiceProviderName: 'Microsoft',
      ServiceName: 'Azure OpenAI',
      SkuMeter: '5.6 sol ShortCo Inp Std Gl 1M Tokens',
      PricingUnit: '1M Tokens',
      PricingQuantity: '1',
      BilledCost: '4.5',
      BillingPeriodStart: '2026-08-01T00:00:00Z',
      BillingPeriodEnd: '2026-09-01T00:00:00Z',
    };
    await bill(
      { ...sol, ChargePeriodStart: '2026-08-20T00:00:00Z', ChargePeriodEnd: '2026-08-21T00:00:00Z' },
      { ...sol, ChargePeriodStart: '2026-08-21T00:00:00Z', ChargePeriodEnd: '2026-08-22T00:00:00Z' },
    );
    expect((await report({ period: '2026-08' })).rows).toMatchObject([
      { tokens: '2000000', catalogueCost: '9', cataloguePerMillion: '4.5', difference: '0' },
    ]);
  });

  it('lists with its money what is no token, or of no known model', async () => {
    const house: Row = {
      ServiceProviderName: 'House',
      ServiceName: 'LLM',
      SkuMeter: 'Input tokens',
      PricingUnit: 'Tokens',
      PricingQuantity: '500',
      SkuPriceDetails: '{"ModelId": "house-7"}',
      BilledCost: '0.25',
    };
    await bill(guardrail, house, { ...novaLite, PricingQuantity: '', BilledCost: '0.1' });
    const { rows, unclassified, totals } = await report();
    expect(rows).toMatchObject([
      {
        model: 'house-7',
        tokens: '500',
        costPerMillion: '500',
        cataloguePerMillion: null,
        difference: null,
        reason: expect.stringContaining('know the model'),
      },
    ]);
    expect(unclassified).toMatchObject([
      { meter: guardrail.x_UsageType, cost: '0.75', rows: 1, reason: expect.stringContaining('in or out') },
      { cost: '0.1', reason: 'it states no quantity' },
    ]);
    expect(totals).toEqual([
      {
        currency: 'USD',
        tokenCost: '0.25',
        pricedTokenCost: '0',
        catalogueCost: '0',
        unclassifiedCost: '0.85',
        rowsWithoutMetric: 0,
      },
    ]);
  });

  it('loses no money: tokens and the rest are the cost of the services', async () => {
    await bill(novaLite, sonnet, gpt4o, guardrail, { ...novaLite, BilledCost: '-0.333333333333333333' });
    const { totals } = await report();
    const summary = await call(application, costSummary, {
      query: { by: 'serviceName', period },
    });
    const sums = totals.flatMap(({ tokenCost, unclassifiedCost }) => [tokenCost ?? '', unclassifiedCost ?? '']);
    expect(sumDecimals(sums)).toBe(summary.totals[0]?.amount);
  });

  it('leaves other services alone, those that issue tokens of another kind among them', async () => {
    await bill(
      {
        ServiceName: 'Amazon Cognito',
        x_UsageType: 'USE1-M2MTokenRequests',
        PricingUnit: 'Requests',
        PricingQuantity: '9',
      },
      { ServiceName: 'Amazon EC2', x_UsageType: 'USE1-BoxUsage:m5.large', PricingUnit: 'Hrs', PricingQuantity: '1' },
    );
    expect(await report()).toEqual({ metric: 'effectiveCost', rows: [], unclassified: [], totals: [] });
  });

  it('compares with your own prices, of any tier, where you have them', async () => {
    const text = `apiVersion: steelyard/v1
kind: TokenPrices
metadata: {name: aws}
spec:
  currency: USD
  source: private pricing
  prices:
    - {model: 'amazon.nova-lite*', provider: aws, serviceTier: batch, input: '0.025', output: '0.1', effectiveFrom: 2026-01-01}
`;
    await bill({ ...novaLite, x_UsageType: 'USE1-NovaLite-input-tokens-batch', BilledCost: '0.5' });
    expect((await report()).rows).toMatchObject([
      { serviceTier: 'batch', cataloguePerMillion: null, reason: expect.stringContaining('in the batch tier') },
    ]);
    await call(application, postApply, { body: { documents: [{ file: 'p.yaml', text }] } });
    expect((await report()).rows).toMatchObject([
      { cataloguePerMillion: '0.025', difference: '0', priceSource: 'aws@1: private pricing' },
    ]);
  });

  it('does not compare across currencies', async () => {
    await bill({ ...gpt4o, BillingCurrency: 'EUR' });
    expect((await report()).rows).toMatchObject([
      { currency: 'EUR', catalogueCost: null, reason: 'its price is in USD, the bill in EUR' },
    ]);
  });
});
