import type { Workloads } from '../compute/index.ts';
import type { WorkloadsDeps } from '../kubernetes-executor/index.ts';

/** Opened at its first use, with a retry at each call until it succeeds: a server that serves nothing there needs no permissions for it. */
export function openWorkloadsInBackground(deps: WorkloadsDeps): Workloads & { close(): Promise<void> } {
  const open = async () => (await import('../kubernetes-executor/index.ts')).openWorkloads(deps);
  let opening: ReturnType<typeof open> | null = null;
  const opened = () => {
    const asked = opening ?? open();
    opening = asked;
    asked.catch(() => {
      if (opening === asked) opening = null;
    });
    return asked;
  };
  return {
    check: async (kind) => (await opened()).check(kind),
    open: async (spec) => (await opened()).open(spec),
    retain: async (keys) => (await opened()).retain(keys),
    taken: async () => (await opened()).taken(),
    async close() {
      const asked = await opening?.catch(() => null);
      await asked?.[Symbol.asyncDispose]();
    },
  };
}
