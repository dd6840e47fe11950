import { SECOND_MS } from '../../platform/units/durations.ts';
import type { RunningWork, Work, WorkEnd } from '../compute/index.ts';
import type { Allowance, HeldResource } from './admission.ts';
import type { DriveDeps } from './context.ts';
import { LEASE_SECONDS } from './work.ts';

interface SpendingWork {
  readonly work: Work;
  readonly running: RunningWork;
}

/** The metered spending of one attempt. Work of a cluster costs nothing while it holds no machine. */
export interface Spending {
  /** Meters until `at`, Unix milliseconds, or keeps the reservation of work that still waits. Null: it could not; the present lease stays valid. */
  report(at: number, allowance: Allowance, holds: HeldResource | null): Promise<Allowance | null>;
  /** Meters the end of the work. Answers the end of its spending, Unix milliseconds: 0 where it held no machine. */
  end(end: WorkEnd, holds: HeldResource | null): Promise<number>;
}

export function createSpending(
  { admission, log }: Pick<DriveDeps, 'admission' | 'log'>,
  { work, running }: SpendingWork,
): Spending {
  const reservation = `pipeline:${work.id}`;
  let hasBegun = running.heldSince === undefined;
  let isRepriced = false;

  async function tried(act: () => Promise<Allowance>): Promise<Allowance | null> {
    try {
      return await act();
    } catch (error) {
      // The present lease stays valid and the request is retried; at lease expiry the work is stopped.
      log.warn({ err: error, work: work.id }, 'cannot meter a step');
      return null;
    }
  }

  /** A machine that is known by now was held from the beginning, so its price applies from then. */
  async function begin(since: number, holds: HeldResource | null): Promise<void> {
    if (hasBegun) return;
    await admission.postpone(reservation, since);
    if (holds !== null) await admission.meter(reservation, since, holds);
    hasBegun = true;
  }

  /** Nothing is spent yet: the reservation has the price of its machine from its start on. */
  const reprice = (at: number, holds: HeldResource) =>
    tried(async () => {
      await admission.postpone(reservation, at);
      const allowance = await admission.meter(reservation, at, holds);
      isRepriced = true;
      return allowance;
    });

  const meter = (at: number, since: number | null, holds: HeldResource | null) =>
    tried(async () => {
      if (since !== null) await begin(since, holds);
      return admission.meter(reservation, at, holds ?? undefined);
    });

  return {
    async report(at, allowance, holds) {
      const since = running.heldSince?.() ?? null;
      if (hasBegun || since !== null) return meter(at, since, holds);
      // A machine that it is about to hold decides how long its money lasts.
      if (holds !== null && !isRepriced) return reprice(at, holds);
      // Its reserved money lasts as long as it is not spent; only the time in which it may be spent moves.
      const isEnough = Date.parse(allowance.until) - at > (LEASE_SECONDS * SECOND_MS) / 2;
      return isEnough ? allowance : tried(() => admission.postpone(reservation, at));
    },
    async end(end, holds) {
      const { held } = end;
      if (held?.since === null) return 0;
      const settledAt = computeSpendingEnd(end, work.resources.nodes ?? 1);
      // The work may have ended before the first report, or before the metering of this resource.
      if (held !== undefined) {
        const failed = (error: unknown) => log.warn({ err: error, work: work.id }, 'cannot meter a step');
        await begin(held.since ?? settledAt, holds).catch(failed);
      }
      if (holds !== null) await tried(() => admission.meter(reservation, settledAt, holds));
      return settledAt;
    },
  };
}

/**
 * End of the spending of work whose reservation covers all of its nodes from the first machine on, Unix milliseconds: the time of the nodes
 * together, divided by their number. So nodes that got their machine later, or gave it back sooner, cost only the time in which they held
 * it. Example: held from 0 s, one node for 100 s and one for 60 s -> 80 s.
 */
export function computeSpendingEnd({ end, held }: Pick<WorkEnd, 'end' | 'held'>, nodes: number): number {
  if (nodes === 1 || held === undefined || held.since === null) return end;
  return Math.round(held.since + held.machineMs / nodes);
}
