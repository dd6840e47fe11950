import { describe, expect, it } from 'vitest';
import type { Sql } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { EndpointSpec } from '../endpoint-spec/schema.ts';
import type { Deployment } from './deployments.ts';
import { buildLiveRoutes } from './live-routes.ts';
import { formatCondition, type RoutesDeps, readRoutes } from './show-routes.ts';
import type { LiveVariant } from './wanted.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const onnx = (model: string) => ({ model, version: '1', backend: 'onnx' });
const spec = EndpointSpec.parse({
  variants: { small: onnx('small'), large: onnx('large') },
  routes: {
    thrifty: { cascade: { stages: [{ variant: 'small', acceptAtConfidence: 0.8 }, { variant: 'large' }] } },
    ruled: { router: { rules: [{ when: { header: 'x-tier', in: ['free'] }, variant: 'small' }], otherwise: 'large' } },
  },
  traffic: { weights: { thrifty: 3, ruled: 1 } },
});
const variants = Object.entries(spec.variants).map(
  ([name, variant]) => ({ name, variant, version: '1' }) as LiveVariant,
);
const deployment = {
  revision: { endpoint: 'e', spec },
  routes: buildLiveRoutes(spec, variants),
} as unknown as Deployment;

const count = (route: string, variant: string, asked: number, more: object = {}) => ({
  ...{ route, variant, model: variant, version: '1', asked, escalated: 0, failed: 0 },
  ...more,
});
/** 1 USD and 10 USD per 1,000 predictions. */
const PRICES: Readonly<Record<string, string>> = { small: '1', large: '10' };
type Counts = Awaited<ReturnType<RoutesDeps['readStageCounts']>>;

async function read(day: Counts, week: Counts, of: object = {}) {
  const readStageCounts: RoutesDeps['readStageCounts'] = async (_sql, _endpoint, { start }) =>
    start === NOW - DAY_MS ? day : week;
  const costs: RoutesDeps['costs'] = {
    of: async (_sql, { model }) => ({
      ...{ predictions: 1000, hours: '1', cost: null, unpriced: [] },
      per1000: { amount: PRICES[model] ?? '0', currency: 'USD' },
      ...of,
    }),
  };
  const [thrifty, ruled] = await readRoutes(
    { readStageCounts, costs, clock: { now: () => NOW } },
    {} as Sql,
    deployment,
  );
  if (thrifty === undefined || ruled === undefined) throw new Error('two routes are expected');
  return { thrifty, ruled };
}

describe('routes of an endpoint', () => {
  const counts = [
    count('thrifty', 'small', 1000, { escalated: 200, failed: 1 }),
    count('thrifty', 'large', 200),
    count('ruled', 'small', 30),
    count('ruled', 'large', 10),
  ];

  it('have requests, escalated share and share of the traffic', async () => {
    const { thrifty, ruled } = await read(counts, counts);
    expect(thrifty).toMatchObject({ kind: 'cascade', weight: 0.75, requests: 1000, escalatedShare: 0.2, rules: [] });
    expect(
      thrifty.variants.map(({ variant, acceptAtConfidence, asked }) => [variant, acceptAtConfidence, asked]),
    ).toEqual([
      ['small', 0.8, 1000],
      ['large', null, 200],
    ]);
    expect(ruled).toMatchObject({ kind: 'router', weight: 0.25, requests: 40, escalatedShare: null });
    expect(ruled.rules).toEqual([
      { when: 'header x-tier in free', variant: 'small' },
      { when: null, variant: 'large' },
    ]);
  });

  it('cost what all asked variants cost: 1,000 x 1 and 200 x 10 of 1,000 requests are 3 per 1,000', async () => {
    const { thrifty, ruled } = await read(counts, counts);
    expect(thrifty.per1000).toEqual({ cost: { amount: '3', currency: 'USD' }, reason: null });
    expect(ruled.per1000).toEqual({ cost: { amount: '3.25', currency: 'USD' }, reason: null });
  });

  it('state the reason for an unknown cost', async () => {
    expect((await read([], [])).thrifty).toMatchObject({
      ...{ requests: 0, escalatedShare: null },
      per1000: { cost: null, reason: 'no request in the last seven days' },
    });
    const older = [...counts, count('thrifty', 'small', 5, { version: '0' })];
    expect((await read(counts, older)).thrifty.per1000.reason).toContain('other versions');
    const unpriced = await read(counts, counts, { per1000: null, unpriced: ['machine'] });
    expect(unpriced.thrifty.per1000).toEqual({ cost: null, reason: 'small: no price for machine' });
    const unmetered = await read(counts, counts, { per1000: null, predictions: null });
    expect(unmetered.ruled.per1000.reason).toBe('small: no answer was metered yet');
  });

  it.each([
    [{ input: 'user.age', atLeast: 18 }, 'input user.age >= 18'],
    [{ input: 'text', longerThan: 400 }, 'input text longer than 400'],
    [{ header: 'x-tier', equals: 'free' }, 'header x-tier = free'],
    [{ input: 'x', below: 0.5 }, 'input x < 0.5'],
  ])('show the condition %j as text', (when, text) => {
    expect(formatCondition(when)).toBe(text);
  });
});
