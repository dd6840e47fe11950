import { describe, expect, it } from 'vitest';
import { computeMakingCost, type MakingRun, sumMakingCosts } from './compute.ts';

const HOUR = 3_600_000;

const run = (
  id: string,
  change: Partial<MakingRun> & { readonly usd?: string; readonly reason?: string } = {},
): MakingRun => {
  const { usd, reason = null, ...rest } = change;
  return {
    run: id,
    relation: 'search',
    parent: null,
    facts: { name: `name of ${id}`, status: 'FINISHED', startTime: 0, endTime: HOUR },
    step: null,
    isContainer: false,
    total: usd === undefined ? null : { cost: { amount: usd, currency: 'USD' }, basis: 'metered', reason },
    ...rest,
  };
};

const compute = (...runs: readonly MakingRun[]) => computeMakingCost({ runs, sharedWith: [], leftOut: null });

describe('the cost to make a version', () => {
  it('adds the run and the other trials of its sweep, and names their part', () => {
    const cost = compute(
      run('b', { relation: 'run', parent: 'sweep', usd: '3' }),
      run('sweep'),
      run('a', { parent: 'sweep', usd: '2' }),
      run('failed', { parent: 'sweep', usd: '4', facts: { name: 'c', status: 'FAILED', startTime: 0, endTime: HOUR } }),
    );
    expect(cost).toMatchObject({
      cost: { amount: '9', currency: 'USD' },
      isLowerBound: false,
      reason: null,
      basis: 'metered',
      own: { amount: '3' },
      shared: { amount: '6' },
    });
    expect(cost.parts.map(({ run: id, state, coverage }) => [id, state, coverage])).toEqual([
      ['b', 'FINISHED', 'known'],
      ['sweep', 'FINISHED', 'elsewhere'],
      ['a', 'FINISHED', 'known'],
      ['failed', 'FAILED', 'known'],
    ]);
  });

  it('is at least the known part when a trial has no known cost', () => {
    const cost = compute(run('b', { relation: 'run', parent: 'sweep', usd: '3' }), run('a', { parent: 'sweep' }));
    expect(cost).toMatchObject({ cost: { amount: '3' }, isLowerBound: true });
    expect(cost.reason).toBe('1 of 2 runs have no complete cost: name of a (no usage was recorded for the run)');
  });

  it('is at least the cost so far while a run has not ended', () => {
    const running = { name: 'a', status: 'RUNNING', startTime: 0, endTime: null };
    const cost = compute(run('b', { relation: 'run', usd: '3' }), run('a', { usd: '1', facts: running }));
    expect(cost).toMatchObject({ cost: { amount: '4' }, isLowerBound: true });
  });

  it('counts nested runs of one metered process once, with the run that has the usage', () => {
    const cost = compute(run('b', { relation: 'run', parent: 'process' }), run('process', { usd: '5' }));
    expect(cost).toMatchObject({ cost: { amount: '5' }, isLowerBound: false, own: null, shared: { amount: '5' } });
    expect(cost.parts[0]).toMatchObject({ coverage: 'elsewhere', cost: null });
  });

  it('does not take a run as part of one above it that ended before', () => {
    const later = { name: 'b', status: 'FINISHED', startTime: 2 * HOUR, endTime: 3 * HOUR };
    const cost = compute(run('b', { relation: 'run', parent: 'p', facts: later }), run('p', { usd: '5' }));
    expect(cost).toMatchObject({ cost: { amount: '5' }, isLowerBound: true });
  });

  it('is unknown, not zero, without any known part, and in several currencies', () => {
    expect(compute(run('b', { relation: 'run' }))).toMatchObject({ cost: null, isLowerBound: false, basis: null });
    const euro = { cost: { amount: '1', currency: 'EUR' }, basis: 'metered' as const, reason: null };
    const mixed = compute(run('b', { relation: 'run', usd: '3' }), run('a', { total: euro }));
    expect(mixed).toMatchObject({ cost: null, own: null, reason: expect.stringContaining('EUR and USD') });
  });

  it('names its bases when they differ, and runs that no longer exist', () => {
    const billed = { cost: { amount: '7', currency: 'USD' }, basis: 'reconciled' as const, reason: null };
    const cost = compute(
      run('b', { relation: 'run', usd: '3' }),
      run('a', { total: billed }),
      run('gone', { facts: null }),
    );
    expect(cost).toMatchObject({ cost: { amount: '10' }, basis: 'mixed', isLowerBound: true });
    expect(cost.parts[2]).toMatchObject({ coverage: 'unknown', state: 'unknown', name: null });
  });

  it('counts a sweep once over the versions that came from it', () => {
    const of = (own: string, other: string) =>
      compute(
        run(own, { relation: 'run', parent: 'sweep', usd: own === 'a' ? '2' : '3' }),
        run('sweep', { usd: '1' }),
        run(other, { parent: 'sweep', usd: other === 'a' ? '2' : '3' }),
      );
    const [one, two] = [of('a', 'b'), of('b', 'a')];
    expect([one.cost?.amount, two.cost?.amount]).toEqual(['6', '6']);
    expect(sumMakingCosts([one, two])).toMatchObject({ cost: { amount: '6' }, runs: 3, isLowerBound: false });
  });
});
