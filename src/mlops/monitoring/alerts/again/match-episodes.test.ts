import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hour } from '../../room.testing.ts';
import type { StoredLook } from '../looks/store.ts';
import { replay } from '../replay.ts';
import { FRESH, type LookLevel } from '../state.ts';
import { type EpisodeSpan, type JudgedEpisode, matchEpisodes } from './match-episodes.ts';

const LEVELS: Readonly<Record<string, LookLevel>> = { o: 'ok', w: 'warning', x: 'alert', u: 'unknown' };

function buildLooks(plan: string, close: number): StoredLook[] {
  return [...plan].map((letter, at) => ({
    ...{ place: at + 1, predictions: 9, labels: 9, drift: null, counts: FRESH },
    look: {
      ...{ level: LEVELS[letter] ?? 'ok', version: null, columns: [], loss: null, reason: `look ${at + 1}` },
      window: { start: hour(at), end: hour(at + 1) },
    },
    rule: { name: 'a', on: 'drift', open: 1, close },
  }));
}

const judge = (plan: string, close: number) => replay(buildLooks(plan, close), FRESH).episodes;
const toSpan = ({ opened, closed }: JudgedEpisode): EpisodeSpan => ({
  firstLook: opened?.place ?? null,
  lastLook: closed?.place ?? null,
  isOpen: closed === null,
});
const formatSpan = ({ firstLook, lastLook }: EpisodeSpan) => `${firstLook}-${lastLook ?? ''}`;

describe('episodes of looks that are judged again', () => {
  it.each([
    ['oxxoo', 'oxxoo', 2, { matched: ['2-5 is 2-5'], added: [], revised: [] }],
    ['oxx', 'oooo', 1, { matched: [], added: [], revised: ['2-'] }],
    ['oxo', 'ooo', 1, { matched: [], added: [], revised: ['2-3'] }],
    ['oooo', 'oxox', 1, { matched: [], added: ['2-3', '4-'], revised: [] }],
    // Two stored episodes become one open episode: the open one stays.
    ['xox', 'xxx', 1, { matched: ['3- is 1-'], added: [], revised: ['1-2'] }],
    // One open stored episode becomes two: it stays the later one.
    ['xxx', 'xox', 1, { matched: ['1- is 3-'], added: ['1-2'], revised: [] }],
    ['xxx', 'xxo', 1, { matched: ['1- is 1-3'], added: [], revised: [] }],
    // A closed episode never reopens.
    ['xxo', 'xxx', 1, { matched: [], added: ['1-'], revised: ['1-3'] }],
  ])('%s judged as %s, closed by %i good ones', (before, after, close, expected) => {
    const { matched, added, revised } = matchEpisodes(judge(before, close).map(toSpan), judge(after, close));
    expect({
      matched: matched.map(({ before: old, now }) => `${formatSpan(old)} is ${formatSpan(toSpan(now))}`),
      added: added.map((one) => formatSpan(toSpan(one))),
      revised: revised.map(formatSpan),
    }).toEqual(expected);
  });

  it('are those of the looks as they are now, whatever was said before, and at most one is open', () => {
    const plan = fc.string({ unit: fc.constantFrom('o', 'w', 'x', 'u'), minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(plan, { minLength: 2, maxLength: 5 }), fc.integer({ min: 1, max: 3 }), (plans, close) => {
        let stored: EpisodeSpan[] = [];
        for (const one of plans) {
          const judged = judge(one, close);
          const { matched, added, revised } = matchEpisodes(stored, judged);
          expect(matched.length + revised.length).toBe(stored.length);
          // A closed episode stays closed.
          for (const { before, now } of matched) expect(before.isOpen || now.closed !== null).toBe(true);
          stored = [...matched.map(({ now }) => toSpan(now)), ...added.map(toSpan)];
          expect(stored.map(formatSpan).toSorted()).toEqual(judged.map((each) => formatSpan(toSpan(each))).toSorted());
        }
      }),
    );
  });
});
