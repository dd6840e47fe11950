import { expect, it } from 'vitest';
import { createLog } from '../../../platform/telemetry/index.ts';
import { LogSpec } from '../../endpoint-spec/log/schema.ts';
import type { ServedPrediction, ShadowPrediction } from './prediction-log.ts';
import { LogQueue } from './queue.ts';
import type { Exchange } from './rows.ts';

const exchange = (id: string, sizeBytes = 1_000): Exchange => ({
  id,
  endpoint: 'e',
  environment: null,
  project: null,
  variant: 'main',
  model: 'm',
  version: '1',
  caller: 'ada',
  log: LogSpec.parse(undefined),
  spoken: 'v2',
  spec: { layout: 'tensors', inputs: null, outputs: null },
  headers: {},
  answeredAt: 0,
  latencyMs: 1,
  content: { asked: [{ name: 'x', shape: [1], values: [1] }], answered: [{ name: 'y', shape: [1], values: [2] }] },
  streamed: null,
  onStored: null,
  shadowOf: null,
  sizeBytes,
});

/** A disk that is as slow as the test wants, and may be full. */
function newQueue() {
  const disk = { ready: Promise.resolve(), isFull: false, kept: [] as string[], shadows: [] as unknown[], writes: 0 };
  const keep = async (rows: readonly ServedPrediction[]) => {
    await disk.ready;
    if (disk.isFull) throw new Error('no space is left');
    disk.writes += 1;
    disk.kept.push(...rows.map(({ prediction }) => prediction));
    return rows.map(() => 'kept' as const);
  };
  const keepShadows = async (answers: readonly ShadowPrediction[]) => {
    if (disk.isFull) throw new Error('no space is left');
    disk.shadows.push(...answers.map(({ answer }) => [answer.prediction, answer.variant, answer.entity]));
  };
  return {
    disk,
    queue: new LogQueue({
      predictions: { keep, keepShadows },
      tokens: { record: async () => undefined },
      log: createLog('silent'),
      counted: () => undefined,
    }),
  };
}

it('what is added is kept together, and what waits is kept when it ends', async () => {
  const { disk, queue } = newQueue();
  for (let number = 0; number < 100; number += 1) queue.add(exchange(String(number)));
  expect(queue.state('e')).toMatchObject({ kept: 0, waiting: 100 });
  await queue[Symbol.asyncDispose]();
  expect([disk.kept.length, disk.writes]).toEqual([100, 1]);
  expect(queue.state('e')).toMatchObject({ kept: 100, waiting: 0 });
});

it('who waits is told when it is kept, with whom it waits', async () => {
  const { disk, queue } = newQueue();
  queue.add(exchange('a'));
  await Promise.all([queue.kept(exchange('b')), queue.kept(exchange('c'))]);
  expect(disk.kept).toEqual(['a', 'b', 'c']);
});

it('a log that cannot follow takes no more memory: what is let go is counted', async () => {
  const { disk, queue } = newQueue();
  const { promise, resolve } = Promise.withResolvers<void>();
  disk.ready = promise;
  for (let number = 0; number < 100; number += 1) queue.add(exchange(String(number), 1024 * 1024));
  expect([queue.isFull, queue.waitingBytes]).toEqual([true, 64 * 1024 * 1024]);
  expect(queue.state('e')).toMatchObject({ waiting: 64, behind: 36 });
  resolve();
  await queue[Symbol.asyncDispose]();
  expect([disk.kept.length, queue.isFull, queue.waitingBytes]).toEqual([64, false, 0]);
});

it('a full disk is told to whoever waits, counted, and passes', async () => {
  const { disk, queue } = newQueue();
  disk.isFull = true;
  await expect(queue.kept(exchange('a'))).rejects.toMatchObject({ kind: 'unavailable', retryAfterSeconds: 1 });
  disk.isFull = false;
  await queue.kept(exchange('b'));
  expect(queue.state('e')).toMatchObject({ kept: 1, failed: 1 });
});

it('what is put in any microtask after the last batch is kept, also when the queue ends', async () => {
  for (let hops = 0; hops < 12; hops += 1) {
    const { disk, queue } = newQueue();
    let before: Promise<unknown> = queue.kept(exchange('first'));
    for (let hop = 0; hop < hops; hop += 1) before = before.then(() => undefined);
    await before.then(() => queue.add(exchange('second')));
    await queue[Symbol.asyncDispose]();
    expect([hops, disk.kept]).toEqual([hops, ['first', 'second']]);
  }
});
