import { describe, expect, it } from 'vitest';
import type { EndpointRouteStatus } from '../../../src/mlops/serving/schema.ts';
import { explainNoShare, listStages } from './route-rows.ts';

const asked = (variant: string, count: number, acceptAtConfidence: number | null = null) => ({
  ...{ variant, acceptAtConfidence, asked: count, escalated: acceptAtConfidence === null ? 0 : 25, failed: 1 },
});
const shared = { weight: 1, shadow: 0, requests: 100, per1000: { cost: null, reason: 'no price' } };
const cascade: EndpointRouteStatus = {
  ...{ ...shared, route: 'thrifty', kind: 'cascade', escalatedShare: 0.25, rules: [] },
  variants: [asked('small', 100, 0.8), asked('large', 25)],
};
const router: EndpointRouteStatus = {
  ...{ ...shared, route: 'ruled', kind: 'router', escalatedShare: null },
  variants: [asked('small', 60), asked('large', 40)],
  rules: [
    { when: 'header x-tier = free', variant: 'small' },
    { when: 'input x < 3', variant: 'large' },
    { when: null, variant: 'small' },
  ],
};

describe('stages and rules of routes', () => {
  it('are the stages of a cascade with their thresholds', () => {
    expect(
      listStages([cascade]).map(({ place, variant, rule, asked: count, escalated }) => [
        place,
        variant,
        rule,
        count,
        escalated,
      ]),
    ).toEqual([
      [1, 'small', 'accepts at a confidence of 0.8 or more', 100, 25],
      [2, 'large', 'always answers', 25, null],
    ]);
  });

  it('are the rules of a router, with the requests of a variant once', () => {
    expect(listStages([router]).map(({ variant, rule, asked: count }) => [variant, rule, count])).toEqual([
      ['small', 'header x-tier = free', 60],
      ['large', 'input x < 3', 40],
      ['small', 'all other requests', null],
    ]);
  });

  it('have a reason where there is no escalated share', () => {
    expect(explainNoShare(cascade)).toBeNull();
    expect(explainNoShare(router)).toBe('A router asks one variant.');
    expect(explainNoShare({ ...cascade, escalatedShare: null })).toBe('No request in the last 24 hours.');
  });
});
