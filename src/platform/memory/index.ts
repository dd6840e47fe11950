import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const COLLECT_EVERY_BYTES = 8 * 1024 * 1024;

/**
 * Passes the chunks of a long stream on, and triggers a garbage collection every 8 MiB. Chunks are outside the
 * heap, so V8 alone lets 64 MB and more of them accumulate, or marks its whole heap for every 15 MB where the heap is small; a minor
 * collection takes a millisecond.
 */
export async function* collectDuring(
  content: AsyncIterable<Buffer>,
  collectorOf: () => () => void = createSmallCollection,
): AsyncGenerator<Buffer> {
  let collect: (() => void) | null = null;
  let gatheredBytes = 0;
  for await (const chunk of content) {
    gatheredBytes += chunk.length;
    yield chunk;
    if (gatheredBytes < COLLECT_EVERY_BYTES) continue;
    gatheredBytes = 0;
    collect ??= collectorOf();
    collect();
  }
}

/** The minor garbage collection of V8; a no-op where V8 does not expose it. */
function createSmallCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return typeof collect === 'function' ? () => collect({ type: 'minor' }) : () => undefined;
}
