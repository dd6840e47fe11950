import { describe, expect, it } from 'vitest';
import { isAlert, judgeWindows } from './judged-stream.ts';
import { simulateStream } from './seasonal-streams.ts';

const ANY_COLUMN = { name: 'drift', on: 'drift', open: 1, close: 2 } as const;

describe('an alert on drift of any column, without labels, after a year of reference', () => {
  const stream = { season: 0.6, wobble: 0.03, trend: 0, shape: 'holidays', referenceMonths: 12, months: 24 } as const;
  const judged = judgeWindows(simulateStream({ ...stream, seed: 31, rows: 800 }));
  const changed = judged.filter(({ isChanged }) => isChanged);

  it('opens in the months whose inputs changed, and not in those of the season', () => {
    expect(changed).toHaveLength(2);
    expect(judged.filter(({ window }) => isAlert(ANY_COLUMN, window, null))).toEqual(changed);
  });

  it('would open in many more without regard to single periods of the reference', () => {
    expect(judged.filter(({ window }) => isAlert(ANY_COLUMN, window, null, true)).length).toBeGreaterThan(5);
  });
});
