import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectedAlong } from './index.ts';

const MIB = 1024 * 1024;
const TURNS = 50;

async function* chunks(count: number, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let made = 0; made < count; made++) {
    await turn();
    yield Buffer.alloc(sizeBytes, made % 251);
  }
}

/** Collections that were asked for, by the engine's own record. */
async function collectionsDuring(content: AsyncIterable<Buffer>): Promise<number> {
  let asked = 0;
  const observer = new PerformanceObserver((list) => {
    asked += list.getEntries().filter(wasAskedFor).length;
  });
  observer.observe({ entryTypes: ['gc'] });
  for await (const _ of collectedAlong(content)) await turn();
  // The engine hands its records over between turns of the loop.
  for (let turns = 0; turns < TURNS; turns += 1) await turn();
  observer.disconnect();
  return asked;
}

function wasAskedFor(entry: PerformanceEntry): boolean {
  const { NODE_PERFORMANCE_GC_FLAGS_FORCED: forced, NODE_PERFORMANCE_GC_MINOR: minor } = constants;
  const { kind, flags } = Object(Reflect.get(entry, 'detail'));
  return kind === minor && (flags & forced) !== 0;
}

it('passes every byte on, in order', async () => {
  const seen: number[] = [];
  for await (const chunk of collectedAlong(chunks(40, MIB))) seen.push(chunk.length, chunk[0] ?? -1);
  expect(seen).toEqual(Array.from({ length: 40 }, (_, number) => [MIB, number]).flat());
});

it('has the engine collect every 16 MiB, and not at all for a short stream', async () => {
  expect(await collectionsDuring(chunks(64, MIB))).toBe(4);
  expect(await collectionsDuring(chunks(15, MIB))).toBe(0);
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
  for await (const _ of collectedAlong(source())) break;
  expect(ended).toBe(true);
});
