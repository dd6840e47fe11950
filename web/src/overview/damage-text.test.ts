import { describe, expect, it } from 'vitest';
import type { DamagedPlace } from '../../../src/platform/integrity/schema.ts';
import { damageSummary, placeText } from './damage-text.ts';

const place = (given: Partial<DamagedPlace>): DamagedPlace => ({
  ...{ area: 'journals', what: 'journals/prediction/1.jsonl', problem: 'damaged bytes', period: null },
  ...{ offset: null, sizeBytes: null, lines: null, ...given },
});

describe('the text of damaged data', () => {
  it('counts places and names their areas, each once', () => {
    const damaged = [place({}), place({}), place({ area: 'lake' })];
    const summary = damageSummary({ damaged, count: 1200, command: 'steelyard verify --repair' });
    expect(summary).toBe(
      '1,200 damaged places in journals and the lake. Figures that need them are refused or incomplete.',
    );
    expect(damageSummary({ damaged: [place({})], count: 1, command: null })).toContain('1 damaged place in journals.');
  });

  it.each([
    ['nothing more is known', {}, 'damaged bytes'],
    ['a spot of a journal', { offset: 300, sizeBytes: 167 }, /^damaged bytes \(offset 300, 167.B\)$/],
    ['a month of the lake', { period: '2026-10', sizeBytes: 0 }, 'damaged bytes (2026-10)'],
  ])('says where: %s', (_, given, expected) => {
    expect(placeText(place(given))).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });
});
