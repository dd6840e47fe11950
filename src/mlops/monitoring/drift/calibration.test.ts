import { describe, expect, it } from 'vitest';
import { anyColumnRate, falseAlarmRate, families, shiftFoundRate, sizes } from './calibration.testing.ts';

/** DRIFT_CALIBRATION=1 draws as often as docs/drift.md tells; otherwise it is a look that takes seconds. */
const full = process.env.DRIFT_CALIBRATION !== undefined;
const runsOf = (rows: number) => {
  if (full) return rows > 10_000 ? 1500 : 10_000;
  return rows > 10_000 ? 40 : 250;
};
const anyRuns = full ? 4000 : 150;
const shiftRuns = full ? 4000 : 400;

/** In so few runs a share at 5 % is often above 5.5 % by chance, though seldom above this. */
const limitOf = (runs: number) => (full ? 0.055 : 0.055 + 2.6 * Math.sqrt((0.05 * 0.95) / runs));

describe('the calibrated alarm, on data that does not drift', () => {
  it('alarms in no more than 5.5 % of the columns, by sizes and by kind', () => {
    const rates = sizes.flatMap((size) =>
      families.map((family, at) => {
        const runs = runsOf(size[0]);
        return { family, size, runs, rate: falseAlarmRate(family, size, runs, 1000 + at) };
      }),
    );
    if (full) console.table(rates.map(({ size, ...rest }) => ({ size: size.join(' v '), ...rest })));
    const runs = rates.reduce((sum, row) => sum + row.runs, 0);
    expect(rates.reduce((sum, row) => sum + row.rate * row.runs, 0) / runs).toBeLessThanOrEqual(0.055);
    for (const row of rates) expect(row.rate, `${row.family} ${row.size}`).toBeLessThanOrEqual(limitOf(row.runs));
  });

  it('alarms for any column of a report in no more than 6 % of the reports', () => {
    const rate = anyColumnRate([1000, 300], anyRuns, 7);
    if (full) console.log('any column', anyRuns, rate);
    expect(rate).toBeLessThanOrEqual(0.06);
  });
});

describe('the calibrated alarm, on data that drifts', () => {
  it.each([0.3, -0.3])('finds a shift by %f standard deviations of 500 rows in 95 % or more', (shift) => {
    const rate = shiftFoundRate(shift, shiftRuns, 5);
    if (full) console.log('shift', shift, shiftRuns, rate);
    expect(rate).toBeGreaterThanOrEqual(0.95);
  });
});
