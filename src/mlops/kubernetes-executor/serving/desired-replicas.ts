import { AppError } from '../../../platform/errors/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Change } from './change.ts';
import type { PodKeeper } from './keeper.ts';

/** Changes within this time are sent as one. */
const GATHER_MS = 50;
const RETRY_MS = 2_000;
/** Poll interval: changes without an event (a manual edit, a kind that is not watched) are seen by then. */
const LOOK_MS = 15_000;

interface DesiredReplicasDeps {
  readonly keeper: PodKeeper;
  readonly title: string;
  readonly change: Change;
  readonly log: Log;
}

/** Desired number of pods, sent to the cluster with retries. */
export interface DesiredReplicas extends Disposable {
  /** Adds a consumer of pods. The returned function sets its number of pods. */
  join(): (pods: number) => void;
  /** Whether a consumer wants pods, or has not set its number yet. */
  isWanted(): boolean;
  /** This pod is shutting down: the desired number is one less until it has ended. */
  leaves(pod: string): void;
  gone(pod: string): void;
  /** Sends the number now. */
  say(): Promise<void>;
  /** Why the cluster did not hear it; null when it did. */
  trouble(): AppError | null;
}

export function createDesiredReplicas({ keeper, title, change, log }: DesiredReplicasDeps): DesiredReplicas {
  const wanted = new Map<object, number | null>();
  const leaving = new Set<string>();
  let trouble: AppError | null = null;
  let said: number | null = null;
  let saying: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  const target = () =>
    Math.max(0, [...wanted.values()].reduce<number>((sum, pods) => sum + (pods ?? 0), 0) - leaving.size);

  function sayLater(afterMs: number): void {
    if (isOver) return;
    clearTimeout(timer);
    timer = setTimeout(() => void say(), afterMs).unref();
  }

  /** Updates run one after the other; each sends the number of its time. */
  function say(): Promise<void> {
    saying = saying.then(sayOnce);
    return saying;
  }

  async function sayOnce(): Promise<void> {
    const pods = target();
    try {
      // No pod was ever wanted: there is nothing to send.
      if (pods > 0 || said !== null) await keeper.ensure(pods);
      said = pods;
      trouble = null;
    } catch (error) {
      trouble = error instanceof AppError ? error : null;
      log.warn({ err: error, workload: title }, 'cannot set the desired number of pods');
      change.tell();
      sayLater(RETRY_MS);
      return;
    }
    change.tell();
    if (pods !== target()) sayLater(GATHER_MS);
    else if (pods > 0) sayLater(LOOK_MS);
  }

  return {
    join() {
      const own = {};
      wanted.set(own, null);
      return (pods) => {
        if (pods === 0) wanted.delete(own);
        else wanted.set(own, pods);
        sayLater(GATHER_MS);
      };
    },
    isWanted: () => wanted.size > 0,
    leaves: (pod) => void leaving.add(pod),
    gone(pod) {
      leaving.delete(pod);
      sayLater(GATHER_MS);
    },
    say,
    trouble: () => trouble,
    [Symbol.dispose]() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
