import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Backend, StartedReplica } from './backends/backend.ts';
import { UNKNOWN_SPEC } from './backends/specs.ts';
import { createReplicaSet } from './set.ts';

const LIMITS = { concurrency: 2, queue: 2, timeoutMs: 60_000, startTimeoutMs: 60_000 };

/** Replicas that are ready immediately, with the given end and stop. */
function createBackend(copy: () => Pick<StartedReplica, 'ended' | 'stop'>): Backend {
  return {
    protocol: 'v2',
    modelName: 'ranker',
    start: async () => ({ address: { socketPath: '/nowhere' }, ...copy() }),
    isReady: async () => true,
    spec: async () => UNKNOWN_SPEC,
    warmUp: async () => undefined,
  };
}

function createSet(backend: Backend) {
  const metered = { begun: 0, ended: 0 };
  const set = createReplicaSet({
    backend,
    limits: LIMITS,
    clock: { now: () => 1_000 },
    log: pino({ level: 'silent' }),
    metered: () => {
      metered.begun += 1;
      return {
        held: { resource: 'machine', quantity: '1' },
        predicted: () => undefined,
        end() {
          metered.ended += 1;
        },
      };
    },
  });
  set.scale(2);
  return { set, metered };
}

describe('a set of replicas that is closed', () => {
  it('is gone when all of its replicas have said that they are', async () => {
    const { set, metered } = createSet(
      createBackend(() => {
        const { promise: ended, resolve } = Promise.withResolvers<{ detail: string }>();
        return { ended, stop: async () => resolve({ detail: 'told to end' }) };
      }),
    );
    await set.ready();
    await set.close();
    expect(metered).toEqual({ begun: 2, ended: 2 });
    expect(set.state()).toMatchObject({ wanted: 0, ready: 0, lastEnd: null });
  });

  it('does not wait for replicas of which nobody can say any more that they are gone', async () => {
    // An engine that is away: `stop` gives up after the grace, and `ended` is never known.
    const { set, metered } = createSet(
      createBackend(() => ({ ended: new Promise(() => undefined), stop: async () => undefined })),
    );
    await set.ready();
    await set.close();
    expect(metered).toEqual({ begun: 2, ended: 2 });
    expect(set.state()).toMatchObject({ wanted: 0, ready: 0, lastEnd: null });
  });
});
