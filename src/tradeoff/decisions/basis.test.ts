import { expect, it } from 'vitest';
import { listBasis } from './basis.ts';

it('is the bills, the price books and the runs of both versions, with those of a making cost, each once', () => {
  const parts = [{ run: 'r2' }, { run: 'trial' }];
  const document = {
    evidence: {
      candidate: { runId: 'r2', makingCost: { parts } },
      champion: { runId: 'r1', makingCost: null },
      billDeliveries: ['d1'],
      priceBooks: ['own@1'],
    },
  };
  expect(listBasis(document)).toEqual([
    { kind: 'bill', name: 'd1' },
    { kind: 'priceBook', name: 'own@1' },
    ...['r2', 'trial', 'r1'].map((name) => ({ kind: 'run', name })),
  ]);
  // A decision from before making costs were kept.
  expect(listBasis({ evidence: { candidate: { runId: 'r2' }, champion: null } })).toEqual([
    { kind: 'run', name: 'r2' },
  ]);
});
