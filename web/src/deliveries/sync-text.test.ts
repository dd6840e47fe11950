import { describe, expect, it } from 'vitest';
import type { Sync, SyncProgress } from '../../../src/finops/sources/schema.ts';
import { outcomeText, syncRatio, syncText } from './sync-text.ts';

const progress: SyncProgress = {
  ...{ phase: 'fetching', filesDone: 2, files: 5, bytesDone: 1_500_000, bytes: 3_000_000, rows: 1200 },
  ...{ deliveriesDone: 1, deliveries: 4 },
};
const sync = { state: 'running', progress, deliveries: [], error: null } as unknown as Sync;

describe('what a sync says', () => {
  it('counts deliveries, files and bytes, each with its end', () => {
    expect(syncText(sync)).toBe('Fetching delivery 2 of 4: file 3 of 5, 1.5\u00a0MB of 3\u00a0MB');
    const importing = { ...sync, progress: { ...progress, phase: 'importing' } } as Sync;
    expect(syncText(importing)).toBe('Importing delivery 2 of 4; 1,200 rows so far');
  });

  it('says what became of the deliveries when it is done, and why it failed', () => {
    const deliveries = [{ outcome: 'unchanged' }, { outcome: 'imported' }, { outcome: 'failed' }] as Sync['deliveries'];
    expect(outcomeText({ deliveries })).toBe('1 imported, 1 unchanged, 1 failed');
    expect(outcomeText({ deliveries: [] })).toBe('No bill found');
    const failed = { ...sync, state: 'failed', error: { code: 'bucket_denied', detail: 'Access was denied.' } } as Sync;
    expect(syncText(failed)).toBe('Access was denied.');
  });
});

describe('how far a sync is', () => {
  it('counts the delivery at hand by its bytes', () => {
    expect(syncRatio(progress)).toBeCloseTo(1.5 / 4);
  });
  it('is unknown before anything was found, and whole at its end', () => {
    expect(syncRatio({ ...progress, deliveries: 0 })).toBeNull();
    expect(syncRatio({ ...progress, phase: 'ended' })).toBe(1);
  });
});
