import { describe, expect, it } from 'vitest';
import type { DriftWindow } from '../../../quality/drift-windows/schema.ts';
import type { QualityLoss } from '../episode/schema.ts';
import { evaluateDrift } from './drift-look.ts';

const RULE = { on: 'drift', name: 'inputs', open: 1, close: 2, share: 0.3 } as const;

type Verdict = readonly ['drifted' | 'small' | 'none', string, beyondPeriods?: number];

function buildWindow(verdicts: readonly Verdict[]): DriftWindow {
  const columns = verdicts.map(([verdict, column, beyondPeriods = null]) => ({
    column,
    beyondPeriods,
    drifted: verdict === 'drifted',
    significant: verdict !== 'none',
    adjustedPValue: verdict === 'none' ? 0.5 : 1e-9,
  }));
  return {
    period: { start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z' },
    modelVersion: null,
    columns,
  } as unknown as DriftWindow;
}

const loss = (more: Partial<QualityLoss> = {}): QualityLoss => ({
  ...{ metric: 'accuracy', reference: 0.83, current: 0.79, lower: 0.78, upper: 0.8, estimated: true },
  ...more,
});

describe('a look at drift', () => {
  it('counts only columns whose change is significant and large', () => {
    const small = buildWindow([
      ['small', 'a'],
      ['small', 'b'],
      ['small', 'c'],
      ['none', 'd'],
    ]);
    expect(evaluateDrift(RULE, small, null)).toMatchObject({
      level: 'ok',
      columns: [],
      reason: 'None of 4 columns drifted. 3 changed by less than the minimum effect.',
    });
    const some = buildWindow([
      ['drifted', 'a'],
      ['small', 'b'],
      ['none', 'c'],
      ['none', 'd'],
    ]);
    expect(evaluateDrift(RULE, some, null)).toMatchObject({ level: 'warning', columns: ['a'] });
    expect(evaluateDrift({ ...RULE, share: 0.25 }, some, null)).toMatchObject({ level: 'alert', columns: ['a'] });
  });

  it('counts significant changes that are small where quality is proven to be lower, and only there', () => {
    const small = buildWindow([
      ['small', 'a'],
      ['small', 'b'],
      ['none', 'c'],
    ]);
    expect(evaluateDrift(RULE, small, loss())).toMatchObject({
      level: 'alert',
      columns: ['a', 'b'],
      reason: '2 of 3 columns changed (66.7 %): a, b. Estimated accuracy is lower: 0.79 now, 0.83 before.',
    });
    const likely = loss({ current: 0.815, lower: 0.805, upper: 0.825 });
    expect(evaluateDrift(RULE, small, likely)).toMatchObject({ level: 'ok', columns: [] });
  });

  const drifted = buildWindow([
    ['drifted', 'a'],
    ['none', 'b'],
  ]);

  it.each([
    ['lower than the reference by more than its interval', loss(), 'alert'],
    ['unknown', null, 'alert'],
    ['lower within its interval', loss({ current: 0.82, lower: 0.81, upper: 0.835 }), 'warning'],
    ['better', loss({ current: 0.86, lower: 0.85, upper: 0.87 }), 'warning'],
    ['lower without an interval', loss({ lower: null, upper: null }), 'alert'],
    ['a smaller error', loss({ metric: 'mae', reference: 2, current: 1.5, lower: 1.4, upper: 1.6 }), 'warning'],
    ['a larger error', loss({ metric: 'mae', reference: 2, current: 2.5, lower: 2.4, upper: 2.6 }), 'alert'],
  ] as const)('whose quality is %s', (_, known, level) => {
    expect(evaluateDrift(RULE, drifted, known)).toMatchObject({ level, loss: known });
  });

  describe('close to single periods of the reference', () => {
    const ANY = { on: 'drift', name: 'inputs', open: 1, close: 2 } as const;
    const others: readonly Verdict[] = [
      ['none', 'c'],
      ['none', 'd'],
    ];
    const close = buildWindow([['drifted', 'a', 0.09], ['none', 'b'], ...others]);

    it('is a warning where quality is not known, and says so', () => {
      expect(evaluateDrift(ANY, close, null)).toMatchObject({
        level: 'warning',
        columns: ['a'],
        reason:
          '1 of 4 columns drifted (25 %): a. No column is 0.1 or more outside of the periods of the reference; quality is unknown.',
      });
    });

    it('is an alert where quality is lower, and where it reaches the share of the alert', () => {
      const reason = '1 of 4 columns drifted (25 %): a.';
      expect(evaluateDrift(ANY, close, loss())).toMatchObject({ level: 'alert', reason });
      expect(evaluateDrift({ ...ANY, share: 0.25 }, close, null)).toMatchObject({ level: 'alert', reason });
      expect(evaluateDrift({ ...ANY, share: 0.3 }, close, null)).toMatchObject({ level: 'warning', reason });
    });

    it.each([
      ['a column is far from them', [['drifted', 'a', 0.1], ['none', 'b'], ...others]],
      ['that was not measured', [['drifted', 'a'], ['none', 'b'], ...others]],
      ['half of the columns drifted', [['drifted', 'a', 0.09], ['drifted', 'b', 0], ...others]],
    ] as const)('is an alert where %s', (_, verdicts) => {
      const { level, reason } = evaluateDrift(ANY, buildWindow(verdicts), null);
      expect([level, reason]).toEqual(['alert', expect.not.stringContaining('outside')]);
    });
  });

  it('says why it is a warning only', () => {
    expect(evaluateDrift(RULE, drifted, loss({ current: 0.86, lower: 0.85, upper: 0.87 })).reason).toBe(
      '1 of 2 columns drifted (50 %): a. Estimated accuracy is not lower: 0.86 now, 0.83 before.',
    );
  });
});
