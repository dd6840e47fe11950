import { describe, expect, it } from 'vitest';
import { postApply } from '../../platform/manifests/schema.ts';
import { decimal } from '../../platform/units/index.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { quietApplication, sharedQuietApplication } from '../../testing/shared.ts';
import { meteredCost, recordUsage } from '../metering/schema.ts';
import { findBuiltInInstance } from './built-in.ts';
import { BUILT_IN_INSTANCES } from './built-in-table.ts';
import { getPrice } from './schema.ts';

const lines = BUILT_IN_INSTANCES.trim().split('\n');
const names = lines.map((line) => line.split(',')[1] ?? '');

describe('the built-in table of GPU instances', () => {
  it('has each instance once, with numbers that are numbers', () => {
    expect(new Set(names).size).toBe(lines.length);
    const unsound = names
      .map(findBuiltInInstance)
      .filter(
        (one) => one === null || !(one.gpus > 0 && one.vcpus > 0 && one.memoryGib > 0) || one.prices.length === 0,
      );
    expect(unsound).toEqual([]);
  });

  it('has prices above zero that follow each other without a gap', () => {
    for (const { prices } of names.flatMap((name) => findBuiltInInstance(name) ?? [])) {
      for (const [index, { price, effectiveTo, effectiveFrom }] of prices.entries()) {
        expect(decimal(price.amount).greaterThan(0)).toBe(true);
        expect(effectiveTo).toBe(prices[index + 1]?.effectiveFrom ?? null);
        if (effectiveTo !== null) expect(Date.parse(effectiveFrom)).toBeLessThan(Date.parse(effectiveTo));
      }
    }
  });

  it('has as many GPUs as machines are built with: a catalogue once listed an H100 machine with twelve', () => {
    const known = names.flatMap((name) => findBuiltInInstance(name) ?? []);
    const odd = known.filter(({ gpus }) => gpus > 1 && ![2, 4, 8, 16].includes(gpus)).map(({ instance }) => instance);
    expect(odd).toEqual(['inf2.24xlarge', 'inf2.48xlarge']);
  });
});

const clock = { now: () => Date.parse('2026-11-25T12:00:00Z') };
const application = await sharedQuietApplication({ clock });

describe('a price at an instant', () => {
  const priceAt = (resource: string, at?: string, of = application) =>
    call(of, getPrice, { query: { resource, ...(at === undefined ? {} : { at }) } });

  it.each([
    ['2025-06-22T23:59:59.999Z', '98.32', 0],
    ['2025-06-23T00:00:00Z', '55.04', 0],
    ['2026-07-22T00:00:00Z', '55.04', 2],
  ])('of p5.48xlarge at %s is %s an hour', async (at, amount, ageDays) => {
    expect(await priceAt('p5.48xlarge', at)).toMatchObject({ amount, currency: 'USD', unit: 'hour', ageDays });
  });

  it('says where it is from and how old it is', async () => {
    expect(await priceAt('p5.48xlarge')).toMatchObject({
      source: 'AWS on demand, Linux, us-east-1, built in',
      book: 'built-in@2026-07-20',
      effectiveFrom: '2025-06-23T00:00:00Z',
      effectiveTo: null,
      ageDays: 128,
    });
  });

  it('is that of your own book where it names the resource, and nothing else then', async () => {
    const text = `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: EUR, source: contract, prices: [{resource: p5.48xlarge, perHour: '40', effectiveFrom: 2026-01-01}]}
`;
    await using own = await quietApplication({ clock });
    await call(own, postApply, { body: { documents: [{ file: 'p.yaml', text }] } });
    expect(await priceAt('p5.48xlarge', undefined, own)).toMatchObject({
      amount: '40',
      currency: 'EUR',
      source: 'contract',
      ageDays: 0,
    });
    expect(await catchProblem(priceAt('p5.48xlarge', '2025-12-31T00:00:00Z', own))).toMatchObject({
      code: 'price_not_found',
      detail: expect.stringContaining('begin on 1 Jan 2026'),
    });
  });

  it('is not found where nobody knows it', async () => {
    expect(await catchProblem(priceAt('p99.metal'))).toMatchObject({ code: 'price_not_found', status: 404 });
  });

  it('splits a run in which it changes: 12 h at 98.32 and 36 h at 55.04 are 3161.28', async () => {
    const interval = {
      usage: 'u',
      subject: { run: 'r' },
      resource: 'p5.48xlarge',
      quantity: '1',
      period: { start: '2025-06-22T12:00:00Z', end: '2025-06-24T12:00:00Z' },
      origin: 'test',
    };
    await call(application, recordUsage, { body: { intervals: [interval] } });
    const { cost } = await call(application, meteredCost, { query: { run: 'r' } });
    expect(cost).toEqual({ amount: '3161.28', currency: 'USD' });
  });
});
