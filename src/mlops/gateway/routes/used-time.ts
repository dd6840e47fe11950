import type { UsedTime } from '../../replicas/index.ts';

/** The replica time of one stage of a request. */
interface StageTime {
  used(time: UsedTime): void;
  /** No replica accepted the stage, or its time is not known yet: it is left out. */
  drop(): void;
}

/**
 * Sums the replica time of the stages of one request by resource, and reports the sums once: after `close`, when the last stage has left its
 * replica.
 *
 * @example stages of 3 ms and 8 ms on one machine -> { busyMs: 11, held }; on two kinds of them -> { busyMs: 3, held }, { busyMs: 8, held }
 */
export function sumUsedTime(report: (...parts: UsedTime[]) => void): { addStage(): StageTime; close(): void } {
  const open = new Set<symbol>();
  const parts = new Map<string, UsedTime>();
  let isClosed = false;
  const settle = () => {
    if (!isClosed || open.size > 0 || parts.size === 0) return;
    report(...parts.values());
    parts.clear();
  };
  return {
    addStage() {
      const stage = Symbol('stage');
      open.add(stage);
      return {
        used: ({ busyMs, held }) => {
          if (!open.delete(stage)) return;
          const key = `${held.quantity} x ${held.resource}`;
          parts.set(key, { busyMs: busyMs + (parts.get(key)?.busyMs ?? 0), held });
          settle();
        },
        drop: () => void open.delete(stage),
      };
    },
    close() {
      isClosed = true;
      settle();
    },
  };
}
