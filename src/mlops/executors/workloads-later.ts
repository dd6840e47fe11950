import { createOpenedOnce } from '../../platform/concurrency/index.ts';
import type { Workloads } from '../compute/index.ts';
import type { WorkloadsDeps } from '../kubernetes-executor/index.ts';

/** Opened at its first use, with a retry at each call until it succeeds: a server that serves nothing there needs no permissions for it. */
export function openWorkloadsInBackground(deps: WorkloadsDeps): Workloads & { close(): Promise<void> } {
  const opened = createOpenedOnce(async () => (await import('../kubernetes-executor/index.ts')).openWorkloads(deps));
  return {
    check: async (kind) => (await opened.get()).check(kind),
    open: async (spec) => (await opened.get()).open(spec),
    retain: async (keys) => (await opened.get()).retain(keys),
    taken: async () => (await opened.get()).taken(),
    async close() {
      await (await opened.current())?.[Symbol.asyncDispose]();
    },
  };
}
