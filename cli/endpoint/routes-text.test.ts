import { expect, it } from 'vitest';
import type { EndpointDetail } from '../../src/mlops/serving/schema.ts';
import type { Context } from '../frame/context.ts';
import { endpointText } from './text.ts';

const same = (text: string): string => text;
const paint = { columns: 140, heading: same, faint: same, good: same, waiting: same, bad: same };
const asked = (variant: string, count: number, acceptAtConfidence: number | null = null) => ({
  ...{ variant, acceptAtConfidence, asked: count, escalated: 0, failed: 0 },
});
const revision: EndpointDetail['newest'] = {
  ...{ revision: 1, state: 'live', reason: null, cause: 'applied', versions: { small: '1', large: '2' } },
  ...{ weights: { thrifty: 1 }, createdAt: '2026-11-30T00:00:00Z', liveAt: '2026-11-30T00:00:00Z' },
};
const ENDPOINT: EndpointDetail = {
  ...{ name: 'e', description: null, state: 'live', newest: revision, live: revision, url: '/serve/e' },
  ...{ variants: [], canary: [], revisions: [], log: { behind: 0, failed: 0 } as EndpointDetail['log'] },
  routes: [
    {
      ...{ route: 'thrifty', kind: 'cascade', weight: 1, shadow: 0, requests: 1000, escalatedShare: 0.2, rules: [] },
      variants: [asked('small', 1000, 0.8), asked('large', 200)],
      per1000: { cost: { amount: '3', currency: 'USD' }, reason: null },
    },
    {
      ...{ route: 'tiers', kind: 'router', weight: 0, shadow: 0, requests: 5, escalatedShare: null },
      variants: [asked('small', 5), asked('large', 0)],
      rules: [
        { when: 'header x-tier = free', variant: 'small' },
        { when: null, variant: 'large' },
      ],
      per1000: { cost: null, reason: 'no price' },
    },
  ],
};

it('shows routes with thresholds, requests, escalated share, cost and rules', () => {
  const text = endpointText(ENDPOINT, { paint } as unknown as Context);
  expect(text).toMatch(/thrifty +cascade +100% +small 1,000 \(accepts at 0\.8\), large 200 +20\.0% +\$3\.00/);
  expect(text).toMatch(/tiers +router +0% +small 5, large 0 +— +—/);
  expect(text).toContain('tiers: header x-tier = free -> small\ntiers: otherwise -> large');
  expect(text).toContain('tiers: no cost of 1,000 requests: no price');
});
