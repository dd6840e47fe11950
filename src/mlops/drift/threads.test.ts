import { expect, it } from 'vitest';
import { startThreads } from './threads.ts';

it('threads end with their signal, and what they work on fails with its reason', async () => {
  const stop = new AbortController();
  await using threads = startThreads({ columns: 2, rows: 4_000_000, signal: stop.signal });
  const values = () => Float64Array.from({ length: 1_000_000 }, (_, at) => Math.sin(at));
  const working = [threads.profile(values()), threads.profile(values()), threads.profile(values())];
  stop.abort(new Error('the server stops'));
  const ends = await Promise.allSettled(working);
  expect(ends.map((end) => end.status === 'rejected' && String(end.reason))).toEqual(
    Array.from({ length: 3 }, () => 'Error: the server stops'),
  );
});

it('threads of a server that has stopped do not begin', async () => {
  const signal = AbortSignal.abort(new Error('the server stops'));
  expect(() => startThreads({ columns: 1, rows: 1_000, signal })).toThrow('the server stops');
});
