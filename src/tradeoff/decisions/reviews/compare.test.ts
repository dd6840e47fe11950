import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../gates/schema.ts';
import { madeCheck } from '../record.testing.ts';
import { compareJudgements, type Judged } from './compare.ts';

const judged = (verdict: Judged['verdict'], ...checks: Check[]): Judged => ({ verdict, checks, currency: 'USD' });
const ndcg = (changes: Partial<Check>) =>
  madeCheck({
    name: 'ndcg floor',
    side: 'quality',
    unit: 'ndcg',
    comparison: '>=',
    measured: '0.4',
    bound: '0.2',
    ...changes,
  });

describe('the comparison of a judgement with the recorded one', () => {
  it.each<[string, Check, Check, string]>([
    ['equal figures', madeCheck(), madeCheck(), 'same'],
    ['half of the headroom left', madeCheck(), madeCheck({ measured: '150' }), 'same'],
    ['less than half of the headroom left', madeCheck(), madeCheck({ measured: '150.01' }), 'weaker'],
    ['a tighter bound', madeCheck(), madeCheck({ bound: '149' }), 'weaker'],
    ['more headroom', madeCheck(), madeCheck({ measured: '10' }), 'same'],
    ['a check without evidence', madeCheck(), madeCheck({ measured: null, holds: null }), 'weaker'],
    ['a quality close to its floor', ndcg({}), ndcg({ measured: '0.25' }), 'weaker'],
    ['a better quality', ndcg({}), ndcg({ measured: '0.5' }), 'same'],
    [
      'a failed check that still fails',
      madeCheck({ holds: false }),
      madeCheck({ holds: false, measured: '999' }),
      'same',
    ],
  ])('is for %s: see the status', (_name, before, now, status) => {
    expect(compareJudgements(judged('promote', before), judged('promote', now)).status).toBe(status);
  });

  it('names the failing checks of another verdict', () => {
    const now = madeCheck({ measured: '400', holds: false });
    const compared = compareJudgements(judged('promote', madeCheck()), judged('reject', now));
    expect(compared).toMatchObject({
      status: 'would-differ',
      summary: 'The verdict would now be reject; fails: cost per month.',
      changedChecks: [{ name: 'cost per month', before: { measured: '100' }, now: { measured: '400', holds: false } }],
      atStake: { amount: '-300', currency: 'USD', check: 'cost per month' },
      atStakeReason: null,
    });
  });

  it('states why the money at stake is unknown', () => {
    const reasons = [
      compareJudgements(judged('promote', ndcg({})), judged('promote', ndcg({}))),
      compareJudgements(judged('promote', madeCheck()), judged('promote', madeCheck({ bound: null }))),
      compareJudgements(judged('promote', madeCheck()), { ...judged('promote', madeCheck()), currency: 'EUR' }),
    ].map(({ atStake, atStakeReason }) => [atStake, atStakeReason]);
    expect(reasons).toEqual([
      [null, 'the policy has no check of a cost per month'],
      [null, 'the cost per month or its bound is unknown, now or at the decision'],
      [null, 'the policy changed from USD to EUR'],
    ]);
  });

  it('is "same" for equal judgements, and does not depend on the order of the checks', () => {
    const check = fc.record({
      measured: fc.option(fc.integer({ min: 0, max: 300 }).map(String)),
      holds: fc.option(fc.boolean()),
    });
    fc.assert(
      fc.property(fc.array(check, { maxLength: 5 }), (facts) => {
        const checks = facts.map((fact, index) => madeCheck({ ...fact, name: `check ${index}` }));
        const compared = compareJudgements(judged('hold', ...checks), judged('hold', ...checks.toReversed()));
        expect(compared).toMatchObject({ status: 'same', changedChecks: [] });
      }),
    );
  });
});
