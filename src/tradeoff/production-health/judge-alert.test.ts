import { expect, it } from 'vitest';
import { type AlertFacts, judgeAlert } from './judge-alert.ts';

const alert: AlertFacts['alert'] = {
  ...{ episode: 'e1', monitor: 'home-feed', model: 'ranker', alert: 'relevance', cause: 'quality', state: 'alert' },
  openedAt: '2026-12-01T12:07:10Z',
  window: { start: '2026-12-01T06:00:00Z', end: '2026-12-01T12:00:00Z' },
  reason: 'ndcg@10 is 0.217 of 134 predictions; reference 0.6817.',
};
const running = (version: string, level: 'ok' | 'warning' | 'alert' | 'unknown', has = 1200, needs = 200) => ({
  version,
  since: '2026-12-01T12:07:10Z',
  look: { level, reason: `ndcg@10 is 0.68 of ${has} predictions; reference 0.6817.`, has, needs },
});
const answered = (...versions: (string | null)[]) => versions.map((version) => ({ version, predictions: 134 }));

const cases: readonly [string, Partial<AlertFacts>, string, string][] = [
  [
    'is cleared by a running version within the bound',
    { answeredBy: answered('5'), running: [running('7', 'ok')] },
    'cleared',
    'raised on predictions of v5, before v7. Since v7: ndcg@10 is 0.68 of 1200 predictions; reference 0.6817: within the bound.',
  ],
  [
    'is not proven with too few predictions of the running version',
    { answeredBy: answered('5'), running: [running('7', 'unknown', 12)] },
    'not_proven',
    'raised on predictions of v5, before v7. Not enough predictions since v7 to tell (12 of 200).',
  ],
  [
    'is open when the running version answered the whole window, however it looks since',
    { answeredBy: answered('7'), running: [running('7', 'ok')] },
    'open',
    'still open on v7. ndcg@10 is 0.217 of 134 predictions; reference 0.6817.',
  ],
  [
    'is open when the running version has the condition as well',
    { answeredBy: answered('5'), running: [running('7', 'alert')] },
    'open',
    'still open on v7. ndcg@10 is 0.68 of 1200 predictions; reference 0.6817.',
  ],
  [
    'judges a version that answered a part of the window by its own predictions',
    { answeredBy: answered('7', '5', '10'), running: [running('7', 'ok')] },
    'cleared',
    'raised on predictions of v5 and v10, before v7.',
  ],
  [
    'takes the gravest of several running versions',
    { answeredBy: answered('5'), running: [running('7', 'ok'), running('8', 'alert')] },
    'open',
    'still open on v8.',
  ],
  ['is open when no running version is known', { answeredBy: answered(null), running: [] }, 'open', 'is open: ndcg@10'],
  [
    'is open while predictions are missing, whatever version runs',
    { alert: { ...alert, cause: 'no_data', state: 'no_data' }, answeredBy: [], running: [running('7', 'ok')] },
    'open',
    'still open on v7.',
  ],
];

it.each(cases)('an alert %s', (_, facts, standing, sentence) => {
  const judged = judgeAlert({ alert, answeredBy: [], mutedUntil: null, running: [], ...facts });
  expect([judged.standing, judged.sentence]).toEqual([standing, expect.stringContaining(sentence)]);
});

it('does not depend on the time at which the alert opened', () => {
  const facts = { answeredBy: answered('5'), mutedUntil: null, running: [running('7', 'ok')] };
  const judge = (openedAt: string) => judgeAlert({ alert: { ...alert, openedAt }, ...facts });
  expect(judge('2026-12-01T12:00:00Z').standing).toBe(judge('2026-12-09T12:00:00Z').standing);
});
