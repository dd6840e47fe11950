import { describe, expect, it } from 'vitest';
import {
  computeChiSquareTail,
  computeLogGamma,
  computeNormalTail,
  computeStudentTwoSided,
  computeUpperGamma,
} from '../../../platform/numbers/index.ts';
import { cramerVonMisesExact } from './cramer-von-mises.ts';
import { fisherTwoSided } from './hypergeometric.ts';
import { kolmogorovTail } from './kolmogorov.ts';
import { twoSampleTail } from './kolmogorov-two-sample.ts';
import { twoByTwo } from './two-by-two.ts';

/** Relative, so that the far tail counts. */
function expectNear(found: number, expected: number, digits = 9): void {
  expect(Math.abs(found / expected - 1)).toBeLessThan(10 ** -digits);
}

describe('ln Gamma', () => {
  it.each([
    [[0.25], 1.2880225246980774],
    [[0.5], 0.5723649429247],
    [[3.3], 0.9870985778947343],
    [[15.9], 27.625493215168696],
    [[16.1], 28.17369449481355],
    [[1000.0], 5905.220423209181],
    [[500000.0], 6061176.046459176],
  ] as const)('%j is %f', (given, expected) => {
    const [a] = given;
    expectNear(computeLogGamma(a), expected, 9);
  });
});

describe('the incomplete gamma function', () => {
  it.each([
    [[0.5, 0.1], 0.6547208460185768],
    [[0.5, 700.0], 2.1010145162644003e-306],
    [[3.0, 2.0], 0.6766764161830634],
    [[3.0, 50.0], 2.509303552201055e-19],
    [[200.0, 180.0], 0.9251419650158405],
    [[200.0, 400.0], 6.209511842995174e-29],
    [[5000.0, 5100.0], 0.07932888107761896],
  ] as const)('%j is %f', (given, expected) => {
    const [a, b] = given;
    expectNear(computeUpperGamma(a, b), expected, 9);
  });
});

describe('the chi-square tail', () => {
  it.each([
    [[3.841, 1], 0.050013683763956804],
    [[50.0, 1], 1.537459794428033e-12],
    [[1200.0, 3], 7.331671591550422e-260],
    [[19.0, 20], 0.5218260222372076],
  ] as const)('%j is %f', (given, expected) => {
    const [a, b] = given;
    expectNear(computeChiSquareTail(a, b), expected, 9);
  });
});

describe('the normal tail', () => {
  it.each([
    [[-2.5], 0.9937903346742238],
    [[0.3], 0.3820885778110474],
    [[1.96], 0.024997895148220435],
    [[8.0], 6.22096057427174e-16],
    [[33.0], 4.061185620915855e-239],
  ] as const)('%j is %f', (given, expected) => {
    const [a] = given;
    expectNear(computeNormalTail(a), expected, 9);
  });
});

describe('Student’s t, two-sided', () => {
  it.each([
    [[0.01, 5], 0.9924080180425819],
    [[2.228, 10], 0.05001177181711132],
    [[12.0, 3], 0.0012450158007893362],
    [[30.0, 25000], 2.723143629096894e-194],
    [[0.5, 1000000.0], 0.6170751874723714],
  ] as const)('%j is %f', (given, expected) => {
    const [a, b] = given;
    expectNear(computeStudentTwoSided(a, b), expected, 9);
  });
});

describe('Kolmogorov’s finite law', () => {
  it.each([
    [[0.2, 100], 0.0005551927327988775],
    [[0.01, 100], 1.0],
    [[0.3, 20], 0.04306706665851623],
    [[0.05, 10], 1.0],
    [[0.08, 10], 0.9999978058034054],
    [[0.9, 10], 1.9999999999999957e-10],
    [[0.6, 50], 9.634070456142374e-18],
    [[0.02, 2000], 0.3953133626892045],
    [[0.05, 2000], 8.74309579589503e-5],
    [[0.2, 4000], 1.0318567363348705e-140],
    [[0.0005, 25000], 1.0],
    [[0.006, 25000], 0.3278094629825107],
    [[0.012, 25000], 0.0014810269244871926],
    [[0.0011, 500000], 0.5802267735953055],
  ] as const)('%j is %f', (given, expected) => {
    const [a, b] = given;
    expectNear(kolmogorovTail(a, b), expected, 7);
  });
});

describe('Kolmogorov’s two-sample law', () => {
  it.each([
    [[0.5, 10, 10], 0.16782134274394334],
    [[0.3, 40, 25], 0.1013339946846],
    [[0.05, 5000, 300], 0.4640196471572043],
    [[0.4, 900, 500], 1.6915256651953866e-46],
    [[0.01, 20000, 5000], 0.8147370625570772],
  ] as const)('%j is %f', (given, expected) => {
    const [a, b, c] = given;
    expectNear(twoSampleTail(a, b, c), expected, 8);
  });
});

describe('Cramér and von Mises’s exact law', () => {
  it('counts the orders of small samples', () => {
    // SciPy's cramervonmises_2samp([1, 2, 3, 4], [5, 6, 7]): the most extreme of 35 orders, on one of two ends.
    expect(cramerVonMisesExact(4 * 0 + 3 * (16 * 3), 4, 3)).toBeCloseTo(2 / 35, 12);
  });
});

describe('a table of two by two', () => {
  const cases = [
    [10, 3, 8, 5],
    [1000, 3, 200, 9],
    [1000, 1000, 200, 0],
    [5000, 4000, 300, 260],
    [40, 0, 40, 1],
    [300, 150, 300, 150],
  ] as const;

  it.each(cases)('has Fisher’s p-value: %i with %i against %i with %i', (rows, marked, others, markedOthers) => {
    const found = twoByTwo({ rows, marked }, { rows: others, marked: markedOthers }).pValue;
    expectNear(found, fisherTwoSided(marked, rows - marked, markedOthers, others - markedOthers), 7);
  });

  it('has the chance of each p-value by the law of all tables with its margins', () => {
    for (const [rows, marked, others, markedOthers] of cases.filter(([rows]) => rows <= 300)) {
      const all = marked + markedOthers;
      const test = (x: number) => twoByTwo({ rows, marked: all - x }, { rows: others, marked: x });
      const tables = Array.from({ length: Math.min(all, others) + 1 }, (_, x) => x).filter((x) => all - x <= rows);
      const law = test(markedOthers);
      for (const x of tables) {
        const { pValue } = test(x);
        // It is the chance of itself, and just below it that of the next smaller one.
        expect(law.chanceUpTo(pValue * (1 + 1e-9))).toBeCloseTo(pValue, 9);
        const smaller = tables.map((one) => test(one).pValue).filter((one) => one < pValue * (1 - 1e-6));
        expect(law.chanceUpTo(pValue * (1 - 1e-6))).toBeCloseTo(Math.max(0, ...smaller), 9);
      }
    }
  });

  it('is told of very many rows', () => {
    const even = twoByTwo({ rows: 2e7, marked: 1e7 }, { rows: 2e7, marked: 1e7 });
    expect(even.pValue).toBe(1);
    // Two shares that differ by 4 standard errors: the normal law's two-sided tail.
    const off = Math.round(4 * Math.sqrt(2e7 * 0.25 * 2));
    const apart = twoByTwo({ rows: 2e7, marked: 1e7 }, { rows: 2e7, marked: 1e7 + off });
    expect(apart.pValue / (2 * computeNormalTail(4))).toBeCloseTo(1, 1);
    expect(twoByTwo({ rows: 1e6, marked: 0 }, { rows: 1e6, marked: 1e6 }).pValue).toBe(0);
  });
});
