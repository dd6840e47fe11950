import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { decimal } from '../../../platform/units/index.ts';
import { call, catchProblem, importFiles } from '../../../testing/application.ts';
import { quietApplication, sharedQuietApplication } from '../../../testing/shared.ts';
import { type BillRow, bill } from '../../testing/costs.ts';
import { adviseCommitment } from '../schema.ts';
import { buildDemandCurve, computeSaving, findBestQuantity } from './demand-curve.ts';

const application = await sharedQuietApplication();

type Body = z.input<typeof adviseCommitment.body>;
const usd = (amount: string) => ({ amount, currency: 'USD' });
const prices = { onDemandPrice: usd('1'), committedPrice: usd('0.6') };
const start = (hour: number) => new Date(Date.parse('2026-06-01T00:00:00Z') + hour * HOUR_MS).toISOString();
const hoursOf = (count: number, quantity: (hour: number) => number) =>
  Array.from({ length: count }, (_, hour) => ({ start: start(hour), quantity: String(quantity(hour)) }));
const advise = (body: Partial<Body>, on = application) =>
  call(on, adviseCommitment, { body: { ...prices, ...body } as Body });

describe('the quantity that saves most', () => {
  const demand = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 60 });
  const share = fc.integer({ min: 1, max: 120 });

  it('is the best of all, and is wanted in at least the share U* of the hours while the next unit is not', () => {
    fc.assert(
      fc.property(demand, share, (values, percent) => {
        const curve = buildDemandCurve(values.map(decimal));
        const terms = { onDemand: decimal(1), committed: decimal(percent).div(100) };
        const best = findBestQuantity(curve, terms, decimal(1));
        const saved = (quantity: number) => computeSaving(curve, terms, decimal(quantity)).toNumber();
        const all = Array.from({ length: 14 }, (_, quantity) => saved(quantity));
        expect(saved(best.toNumber())).toBeCloseTo(Math.max(...all), 9);
        const wanting = (quantity: number) => values.filter((value) => value >= quantity).length / values.length;
        if (best.gt(0)) expect(wanting(best.toNumber())).toBeGreaterThan(percent / 100 - 1e-12);
        expect(wanting(best.toNumber() + 1)).toBeLessThanOrEqual(percent / 100 + 1e-12);
        // By hand: the on-demand cost, and the cost with the commitment.
        const onDemand = values.reduce((sum, value) => sum + value, 0);
        const beyond = values.reduce((sum, value) => sum + Math.max(value - best.toNumber(), 0), 0);
        const committed = (best.toNumber() * values.length * percent) / 100;
        expect(saved(best.toNumber())).toBeCloseTo(onDemand - beyond - committed, 9);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it('goes by multiples of what can be bought', () => {
    const curve = buildDemandCurve([3, 3, 3, 7].map(decimal));
    const terms = { onDemand: decimal(1), committed: decimal('0.6') };
    // Of 2: 8 - 4.8 = 3.2. Of 4: 13 - 9.6 = 3.4.
    expect(findBestQuantity(curve, terms, decimal(2)).toNumber()).toBe(4);
    expect(findBestQuantity(curve, terms, decimal('0.5')).toNumber()).toBe(3);
  });
});

describe('POST /api/v1/gpus/commitment-advices from a file', () => {
  /** By day 4, by night 2, and 10 for one week of sixteen. */
  const season = (hour: number) => (hour < 168 ? 10 : hour % 24 < 12 ? 4 : 2);

  it('advises what is wanted in the share U* of the hours, exactly, with its interval', async () => {
    const advice = await advise({ hours: hoursOf(16 * 168, season) });
    // 4 is wanted in 168 + 15 x 84 = 1,428 of 2,688 hours, which is 53 %: not in 60 %.
    expect(advice).toMatchObject({
      ...{ source: 'file', hours: 2688, missingHours: 0, confidence: 'high', needs: [], breakEvenRatio: 0.6 },
      ...{ wantedQuantity: '2', advisedQuantity: '2', utilizationRatio: 1, existing: null },
      monthlySaving: usd('584'),
      ...{ lowMonthlySaving: usd('584'), highMonthlySaving: usd('584'), intervalBlocks: 'weeks' },
      termCost: usd('10512'),
      termSaving: usd('7008'),
    });
    expect(advice.firstHour).toBe('2026-06-01T00:00:00.000Z');
    // 15 of 16 weeks use (4f + 2f) / 2 of 2, one uses all: 2.8125 f + 0.125 = 1.2.
    expect(advice.breakEvenDemandRatio).toBeCloseTo(1.075 / 2.8125, 6);
    const other = await advise({ hours: hoursOf(16 * 168, season), committedPrice: usd('0.5') });
    expect(other).toMatchObject({ advisedQuantity: '4', wantedQuantity: '4' });
    expect(Number(other.lowMonthlySaving?.amount)).toBeLessThan(Number(other.monthlySaving.amount));
    expect(Number(other.highMonthlySaving?.amount)).toBeGreaterThan(Number(other.monthlySaving.amount));
    expect(other.holdOut).toMatchObject({ quantity: '4', monthlySaving: usd('730'), bestMonthlySaving: usd('730') });
  });

  it('shows what falling and growing demand does to it', async () => {
    const { scenarios } = await advise({ hours: hoursOf(1000, () => 10), demandRatios: [0.5, 0.8, 1, 1.2] });
    expect(scenarios).toEqual([
      // 5 of 10 used: 5 x 1 - 10 x 0.6 = -1 an hour; 5 committed would have saved 2.
      { demandRatio: 0.5, monthlySaving: usd('-730'), bestQuantity: '5', monthlyRegret: usd('2190') },
      { demandRatio: 0.8, monthlySaving: usd('1460'), bestQuantity: '8', monthlyRegret: usd('876') },
      { demandRatio: 1, monthlySaving: usd('2920'), bestQuantity: '10', monthlyRegret: usd('0') },
      { demandRatio: 1.2, monthlySaving: usd('2920'), bestQuantity: '12', monthlyRegret: usd('584') },
    ]);
  });

  it('commits to nothing that is dearer than on demand, or that is wanted too seldom', async () => {
    const dear = await advise({ hours: hoursOf(500, () => 5), committedPrice: usd('1.2') });
    expect(dear).toMatchObject({
      advisedQuantity: '0',
      wantedQuantity: '0',
      utilizationRatio: null,
      breakEvenDemandRatio: null,
    });
    const seldom = await advise({ hours: hoursOf(500, (hour) => (hour % 10 === 0 ? 5 : 0)) });
    expect(seldom).toMatchObject({ advisedQuantity: '0', monthlySaving: usd('0') });
    expect(Number(seldom.levels[0]?.monthlySaving.amount)).toBeLessThan(0);
  });

  it('counts what is committed already, used or not', async () => {
    const hours = hoursOf(400, (hour) => (hour % 2 === 0 ? 6 : 2)).map((row) => ({ ...row, committed: '4' }));
    const advice = await advise({ hours });
    expect(advice.existing).toEqual({ utilizationRatio: 0.75, coverageRatio: 0.75, meanQuantity: '4' });
    expect(advice).toMatchObject({ advisedQuantity: '0' });
  });

  it('says what is missing, and gives no interval of a few days', async () => {
    const hours = hoursOf(200, () => 3).filter((_, index) => index % 4 !== 1);
    const advice = await advise({ hours });
    expect(advice).toMatchObject({
      missingHours: 50,
      confidence: 'low',
      lowMonthlySaving: null,
      intervalBlocks: null,
      holdOut: null,
    });
    expect(advice.needs.join()).toContain('50 hours are missing');
  });

  it.each<[string, Partial<Body>, string]>([
    ['an hour that comes twice', { hours: [...hoursOf(2, () => 1), ...hoursOf(1, () => 1)] }, 'demand_unusable'],
    [
      'what is not the beginning of an hour',
      { hours: [{ start: '2026-06-01T00:30:00Z', quantity: '1' }] },
      'demand_unusable',
    ],
    ['units by the billion', { hours: hoursOf(3, () => 1e12), unitQuantity: '0.001' }, 'demand_unusable'],
    ['less than nothing', { hours: [{ start: start(0), quantity: '-1' }] }, 'invalid_request'],
    ['a filter beside hours', { hours: hoursOf(1, () => 1), filter: ['skuId=a'] }, 'invalid_request'],
    ['a price of nothing', { hours: hoursOf(1, () => 1), committedPrice: usd('0') }, 'invalid_request'],
    ['a bill that is not there', {}, 'demand_unusable'],
  ])('refuses %s', async (_name, body, code) => {
    expect(await catchProblem(advise(body))).toMatchObject({ code });
  });
});

describe('POST /api/v1/gpus/commitment-advices from the bill', () => {
  /** Two on demand by night and three by day, one more by a commitment, for 20 days; and spot, and an unused hour. */
  function billRows(): BillRow[] {
    const at = (hour: number): BillRow => ({
      ...{
        ChargePeriodStart: start(hour),
        ChargePeriodEnd: start(hour + 1),
        SkuId: 'GPU',
        ContractedUnitPrice: '3.06',
      },
      ...{ BillingPeriodStart: '2026-06-01T00:00:00Z', BillingPeriodEnd: '2026-07-01T00:00:00Z' },
    });
    return Array.from({ length: 480 }, (_, hour) => hour).flatMap((hour): BillRow[] => [
      { ...at(hour), PricingQuantity: hour % 24 < 12 ? '2' : '3', ResourceId: 'i-1' },
      hour < 479
        ? { ...at(hour), ...committed, CommitmentDiscountStatus: 'Used', ResourceId: 'i-2' }
        : { ...at(hour), ...committed, CommitmentDiscountStatus: 'Unused', PricingQuantity: '', ResourceId: 'ri-1' },
      ...(hour === 7 ? [{ ...at(hour), PricingCategory: 'Dynamic', PricingQuantity: '50' }] : []),
    ]);
  }
  const committed: BillRow = {
    ...{ PricingCategory: 'Committed', CommitmentDiscountId: 'ri-1', ContractedUnitPrice: '1.9' },
    ...{ CommitmentDiscountQuantity: '1', CommitmentDiscountUnit: 'Hours', CommitmentDiscountCategory: 'Usage' },
  } as BillRow;

  it('goes by what was used in each hour, on demand and by commitments, at the price that was paid', async () => {
    await using fresh = await quietApplication();
    await importFiles(fresh, 'aws', { 'bill.csv': bill(billRows()) });
    const body = { onDemandPrice: undefined, committedPrice: usd('1.9'), filter: ['skuId=GPU'] };
    const advice = await advise(body, fresh);
    expect(advice).toMatchObject({
      ...{ source: 'bill', unit: 'Hours', hours: 480, hoursOfDays: 0, onDemandPrice: usd('3.06') },
      ...{ advisedQuantity: '2', utilizationRatio: 1, monthlySaving: usd(decimal('2.32').times(730).toFixed()) },
      ...{ intervalBlocks: 'days', confidence: 'low' },
      leftOut: ['1 charge periods of spot, which no commitment covers'],
    });
    expect(advice.existing?.utilizationRatio).toBeCloseTo(479 / 480, 9);
    expect(advice.existing?.meanQuantity).toBe('1');
    const ranged = await advise({ ...body, from: '2026-06-01', to: '2026-06-02' }, fresh);
    expect(ranged.hours).toBe(48);
    const none = advise({ ...body, filter: ['skuId=OTHER'] }, fresh);
    expect(await catchProblem(none)).toMatchObject({ code: 'demand_unusable' });
    const shared = advise({ ...body, filter: ['team=search'] }, fresh);
    expect(await catchProblem(shared)).toMatchObject({ code: 'invalid_request' });
  });

  it('takes days as hours that it warns of, and refuses several prices and units', async () => {
    await using fresh = await quietApplication();
    const day = (number: number): BillRow => ({
      ChargePeriodStart: `2026-10-0${number}T00:00:00Z`,
      ChargePeriodEnd: `2026-10-0${number + 1}T00:00:00Z`,
      PricingQuantity: '48',
    });
    await importFiles(fresh, 'aws', {
      'bill.csv': bill([
        { ...day(1), SkuId: 'A' },
        { ...day(2), SkuId: 'A' },
        { ...day(2), SkuId: 'A', ContractedUnitPrice: '2', RegionId: 'eu-west-1' },
        { ...day(2), SkuId: 'B', PricingUnit: 'GB-Months' },
      ]),
    });
    const body = { onDemandPrice: undefined, committedPrice: usd('0.7') };
    const advice = await advise({ ...body, filter: ['skuId=A', 'regionId=us-east-1'] }, fresh);
    expect(advice).toMatchObject({ hours: 48, hoursOfDays: 48, advisedQuantity: '2', onDemandPrice: usd('1') });
    expect(advice.needs.join()).toContain('days are not hours');
    const twice = advise({ ...body, filter: ['skuId=A'] }, fresh);
    expect(await catchProblem(twice)).toMatchObject({
      code: 'demand_unusable',
      detail: expect.stringContaining('2 prices'),
    });
    expect(await catchProblem(advise(body, fresh))).toMatchObject({ detail: expect.stringContaining('2 units') });
    const stored = advise({ ...body, filter: ['skuId=B'] }, fresh);
    expect(await catchProblem(stored)).toMatchObject({ detail: expect.stringContaining('not in hours') });
  });
});
