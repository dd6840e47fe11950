import { describe, expect, it } from 'vitest';
import {
  LOW_FALSE_NEGATIVES,
  LOW_FALSE_POSITIVES,
  type NabProfile,
  nabScore,
  STANDARD,
  tallySeries,
} from './nab-score.ts';

const ROWS = 1000;
const series = {
  name: 'made',
  points: Array.from({ length: ROWS }, (_, row) => [row, 0] as const),
  windows: [[500, 599]] as const,
};

function scoreOf(flagged: readonly number[], profile: NabProfile = STANDARD): number | null {
  const scores = Array.from({ length: ROWS }, (_, row) => (flagged.includes(row) ? 1 : 0));
  return nabScore(tallySeries(series, scores, 0.5), profile);
}

// The cases of the self test of the published scorer, worked out by hand.
describe('the score of NAB', () => {
  it.each([
    ['an alarm at the first row of the window', [500], STANDARD, 100],
    ['no alarm', [], STANDARD, 0],
    ['an alarm in the middle', [550], STANDARD, 92.9896],
    ['the best of two in one window', [520, 550], STANDARD, scoreOf([520]) ?? 0],
    ['a miss that weighs twice', [550], LOW_FALSE_NEGATIVES, 95.3268],
    ['a false alarm before the first window', [500, 300], STANDARD, 94.5],
    ['the same where false alarms weigh twice', [500, 300], LOW_FALSE_POSITIVES, 89],
    ['a false alarm one width later', [500, 698], STANDARD, 94.5736],
    ['one beyond three widths', [500, 950], STANDARD, 94.5],
    ['an alarm in the first 15 %, which is not scored', [500, 100], STANDARD, 100],
  ])('of %s', (_, flagged, profile, expected) => {
    expect(scoreOf(flagged, profile)).toBeCloseTo(expected, 3);
  });

  it('is not known without a window', () => {
    const scores = series.points.map(() => 0);
    expect(nabScore(tallySeries({ ...series, windows: [] }, scores, 0.5), STANDARD)).toBeNull();
  });
});
