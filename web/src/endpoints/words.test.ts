import { expect, it } from 'vitest';
import type { EndpointRevision } from '../../../src/mlops/serving/schema.ts';
import { rollbackTarget, versionsText, weightsText } from './words.ts';

function revision(number: number, liveAt: string | null): EndpointRevision {
  return {
    ...{
      revision: number,
      state: 'replaced',
      reason: null,
      cause: 'applied',
      versions: { main: '1' },
      weights: { main: 1 },
    },
    ...{ createdAt: '2026-11-01T00:00:00Z', liveAt },
  };
}

it('goes back to the revision that was live last, whatever came between', () => {
  const live = revision(4, '2026-11-04T00:00:00Z');
  const revisions = [live, revision(3, null), revision(2, '2026-11-02T00:00:00Z'), revision(1, '2026-11-01T00:00:00Z')];
  expect(rollbackTarget({ revisions, live })?.revision).toBe(2);
});

it('has nothing to go back to before a second revision was live', () => {
  const live = revision(1, '2026-11-01T00:00:00Z');
  expect(rollbackTarget({ revisions: [revision(2, null), live], live })).toBeNull();
});

it.each([
  [{ main: 1 }, 'all to main'],
  [{ main: 0, canary: 5 }, 'all to canary'],
  [{ main: 90, canary: 10 }, 'main 90\u00a0%, canary 10\u00a0%'],
  [{ main: 3, canary: 1 }, 'main 75\u00a0%, canary 25\u00a0%'],
])('reads the weights %j as shares', (weights, text) => {
  expect(weightsText(weights)).toBe(text);
});

it('names variants only where there are several', () => {
  expect(versionsText({ versions: { main: '3' } })).toBe('version 3');
  expect(versionsText({ versions: { main: '3', canary: '4' } })).toBe('main version 3, canary version 4');
});
