import { expect, it } from 'vitest';
import type { EndpointDetail } from '../../../src/mlops/serving/schema.ts';
import { listVersionStarts } from './version-starts.ts';

const revision = (number: number, versions: Record<string, string>, liveAt: string | null) =>
  ({ revision: number, versions, liveAt }) as EndpointDetail['revisions'][number];
const variants = [{ variant: 'main', model: 'ranker' }] as unknown as EndpointDetail['variants'];

it('lists each start of another version once, without revisions that never answered', () => {
  const revisions = [
    revision(4, { main: '7' }, '2026-12-03T00:00:00Z'),
    revision(3, { main: '6' }, null),
    revision(2, { main: '5' }, '2026-12-02T00:00:00Z'),
    revision(1, { main: '5' }, '2026-12-01T00:00:00Z'),
  ];
  expect(listVersionStarts('ranker', { name: 'home-feed', variants, revisions })).toEqual([
    { version: '5', endpoint: 'home-feed', at: '2026-12-01T00:00:00Z' },
    { version: '7', endpoint: 'home-feed', at: '2026-12-03T00:00:00Z' },
  ]);
  expect(listVersionStarts('other', { name: 'home-feed', variants, revisions })).toEqual([]);
});
