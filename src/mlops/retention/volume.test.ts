import { describe, expect, it } from 'vitest';
import type { Deleted } from '../tracking/index.ts';
import { addVolumes } from './schema.ts';
import { type MeasuredItem, sumVolume } from './volume.ts';

const item: Deleted = { kind: 'run', id: 'r', name: 'r', experimentId: 0, deletedAt: 0, artifactUri: null };
const costing = (amount: string | null, currency = 'USD'): MeasuredItem => ({
  item,
  samples: 2,
  artifacts: { files: 1, bytes: 10 },
  cost: { cost: amount === null ? null : { amount, currency }, reason: null },
});

describe('how much it is', () => {
  it('adds costs exactly, each currency for itself, and counts what is not known', () => {
    const measured = [costing('0.1'), costing('0.2'), costing('5', 'EUR'), costing(null)];
    const sum = sumVolume(measured);
    expect(sum).toMatchObject({ runs: 4, samples: 8, artifactFiles: 4, artifactBytes: 40, runsOfUnknownCost: 1 });
    expect(sum.costs).toEqual([
      { currency: 'EUR', amount: '5' },
      { currency: 'USD', amount: '0.3' },
    ]);
  });

  it('is the same in parts as at once', () => {
    const measured = ['0.07', '0.11', null, '1.000000000000000001'].map((amount) => costing(amount));
    const parts = measured.map((one) => sumVolume([one])).reduce(addVolumes);
    expect(parts).toEqual(sumVolume(measured));
  });

  it('counts artifacts that are kept elsewhere, and does not say that they are empty', () => {
    expect(sumVolume([{ ...costing('1'), artifacts: null }])).toMatchObject({
      artifactsElsewhere: 1,
      artifactFiles: 0,
    });
  });
});
