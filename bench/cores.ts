import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Of util-linux. */
export const TASKSET = 'taskset';

/** Servers and the load generator on separate cores, so that neither is measured while it waits for the other. */
export interface CoreSplit {
  readonly server: string | null;
  readonly load: string | null;
}

/** The last core drives the load, the others serve; nothing is pinned on one core or without taskset. */
export function splitCores(): CoreSplit {
  const cores = availableParallelism();
  if (cores < 2 || !hasTaskset()) return { server: null, load: null };
  return { server: cores === 2 ? '0' : `0-${cores - 2}`, load: String(cores - 1) };
}

/** Pins this process to its cores until disposed. */
export function pinnedLoad({ load }: CoreSplit): Disposable {
  const pin = (cores: string) => execFileSync(TASKSET, ['-a', '-c', '-p', cores, String(process.pid)]);
  if (load === null) return { [Symbol.dispose]: () => undefined };
  const all = `0-${availableParallelism() - 1}`;
  pin(load);
  return { [Symbol.dispose]: () => void pin(all) };
}

function hasTaskset(): boolean {
  try {
    execFileSync(TASKSET, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
