import { SECOND_MS } from '../../../src/platform/units/durations.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { formatDuration } from '../runs/duration.ts';
import { tookMs } from './run-times.ts';

interface TookProps {
  readonly of: { readonly startedAt: string | null; readonly endedAt: string | null };
  /** Unix milliseconds; the duration of an active run or step counts up to it. */
  readonly nowMs: number;
  readonly reason: string;
}

/** Duration, or the time so far in whole seconds. */
export function Took({ of, nowMs, reason }: TookProps) {
  const took = tookMs(of, nowMs);
  if (took === null) return <Unknown reason={reason} />;
  const roundedMs = of.endedAt === null ? Math.floor(took / SECOND_MS) * SECOND_MS : took;
  return <>{roundedMs === 0 && of.endedAt === null ? '0\u00a0s' : formatDuration(roundedMs)}</>;
}
