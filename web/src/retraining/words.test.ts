import { expect, it } from 'vitest';
import type { Retraining, RetrainingRound } from '../../../src/tradeoff/retraining/schema.ts';
import { computeStages, retrainingsAnswer, roundSentence, STAGES, sumByCurrency } from './words.ts';

const usd = (amount: string) => ({ amount, currency: 'USD' });

it('adds exactly, each currency for itself', () => {
  expect(sumByCurrency([usd('0.1'), { amount: '2', currency: 'EUR' }, usd('0.2')])).toEqual([
    { amount: '2', currency: 'EUR' },
    usd('0.3'),
  ]);
});

it('answers in one sentence with its figures', () => {
  const one = { waiting: 1, underWay: null, spent: [usd('1.5')] } as unknown as Retraining;
  expect(retrainingsAnswer([])).toBe('No model is retrained automatically yet.');
  expect(retrainingsAnswer([one])).toBe('1 retraining: none running and 1 round waiting; $1.50 spent so far.');
  expect(retrainingsAnswer([one, { ...one, underWay: 3, waiting: 0, spent: [] }])).toBe(
    '2 retrainings: 1 running and 1 round waiting; $1.50 spent so far.',
  );
});

const run = { pipeline: 'p', run: 'r', number: 1 };
const gate = { verdict: 'reject', summary: 's', checks: [], decision: null };
const before = { startedAt: null, run: null, candidate: null, gate: null, rollout: null, endedAt: null };

it.each([
  ['waits', {}, ['done', 'now', 'to-come', 'to-come', 'to-come', 'to-come']],
  ['was dismissed', { endedAt: 'then' }, ['done', 'stopped', 'to-come', 'to-come', 'to-come', 'to-come']],
  ['runs', { startedAt: 'then', run }, ['done', 'done', 'now', 'to-come', 'to-come', 'to-come']],
  [
    'did not beat the champion',
    { startedAt: 'then', run, candidate: '4', gate, endedAt: 'then' },
    ['done', 'done', 'done', 'done', 'done', 'stopped'],
  ],
])('says how far a round is that %s', (_what, more, states) => {
  const stages = computeStages({ ...before, ...more } as unknown as RetrainingRound);
  expect(STAGES.map(({ stage }) => stages.get(stage))).toEqual(states);
});

it.each([
  ['promoted', '4', 'Round 2 promoted version 4'],
  ['not_promoted', '4', 'Round 2 made version 4, which was not promoted'],
  ['dismissed', null, 'Round 2 was dismissed'],
  ['lapsed', null, 'Round 2 lapsed'],
  ['starting', null, 'Round 2 is running'],
] as const)('tells of a round that is %s', (state, candidate, text) => {
  expect(roundSentence({ round: 2, state, candidate })).toBe(text);
});
