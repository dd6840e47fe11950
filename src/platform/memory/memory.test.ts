import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { collectDuring } from './index.ts';

const MIB = 1024 * 1024;

async function* chunks(count: number, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let made = 0; made < count; made++) {
    await turn();
    yield Buffer.alloc(sizeBytes, made % 251);
  }
}

/** Garbage collections that V8 records while a stream is read; it delivers the records asynchronously. */
async function recordedDuring(content: AsyncIterable<Buffer>): Promise<AsyncDisposable & { asked(): number }> {
  let asked = 0;
  const observer = new PerformanceObserver((list) => {
    asked += list.getEntries().filter(wasAskedFor).length;
  });
  observer.observe({ entryTypes: ['gc'] });
  for await (const _ of collectDuring(content)) await turn();
  return { asked: () => asked, [Symbol.asyncDispose]: async () => observer.disconnect() };
}

function wasAskedFor(entry: PerformanceEntry): boolean {
  const { NODE_PERFORMANCE_GC_FLAGS_FORCED: forced, NODE_PERFORMANCE_GC_MINOR: minor } = constants;
  const { kind, flags } = Object(Reflect.get(entry, 'detail'));
  return kind === minor && (flags & forced) !== 0;
}

it('passes every byte on, in order', async () => {
  const seen: number[] = [];
  for await (const chunk of collectDuring(chunks(40, MIB))) seen.push(chunk.length, chunk[0] ?? -1);
  expect(seen).toEqual(Array.from({ length: 40 }, (_, number) => [MIB, number]).flat());
});

it('has the engine collect every 8 MiB, and not at all for a short stream', async () => {
  let collections = 0;
  const collectorOf = () => () => {
    collections += 1;
  };
  for await (const _ of collectDuring(chunks(7, MIB), collectorOf)) await turn();
  expect(collections).toBe(0);
  for await (const _ of collectDuring(chunks(64, MIB), collectorOf)) await turn();
  expect(collections).toBe(8);
});

// The exact number is not asserted: V8 leaves some records out while a larger collection is running.
it('asks the engine itself, when nobody else is named', async () => {
  await using recorded = await recordedDuring(chunks(64, MIB));
  await vi.waitFor(() => expect(recorded.asked()).toBeGreaterThan(0));
});

it('ends what it reads when its reader stops', async () => {
  let ended = false;
  async function* source(): AsyncGenerator<Buffer> {
    try {
      yield* chunks(10, 1);
    } finally {
      ended = true;
    }
  }
  for await (const _ of collectDuring(source())) break;
  expect(ended).toBe(true);
});
