import type { LakeSession } from '../../../platform/lake/index.ts';
import { MARKED } from './periods-sql.ts';

/** Energy of GPUs over a time. Null: not known, and why. */
export interface KnownEnergy {
  readonly joules: number | null;
  readonly idleJoules: number | null;
  readonly byGpu: ReadonlyMap<string, { readonly joules: number; readonly idleJoules: number }>;
  readonly reason: string | null;
}

export interface EnergyQuestion {
  /** FROM item of readings of the counter, in joules: those of the time, and the last before it. */
  readonly readings: string;
  /** Unix milliseconds, end exclusive; null: open. */
  readonly from: number | null;
  readonly to: number | null;
  /** GPUs with readings of utilization. */
  readonly gpus: readonly string[];
  /** Days of the period without single readings. */
  readonly rolledUp: readonly string[];
}

/**
 * Energy as differences of the counter; needs `MARKED`. A value below the previous one is a counter reset, and counts from
 * zero: the energy between the previous reading and the reset is lost. Energy between two readings is distributed by time if
 * a period begins or ends between them.
 * Example: 100 J, 160 J, 20 J (reset), 50 J -> 60 + 20 + 30 = 110 J.
 */
export async function readEnergy(session: LakeSession, question: EnergyQuestion): Promise<KnownEnergy> {
  const { gpus, rolledUp } = question;
  const rows = await session.query(buildEnergySelect(question));
  const byGpu = new Map(
    rows.map(({ gpu, joules, idleJoules }) => [
      String(gpu),
      { joules: Number(joules), idleJoules: Number(idleJoules) },
    ]),
  );
  const reason = explainUnknownEnergy(byGpu, gpus, rolledUp);
  if (reason !== null) return { joules: null, idleJoules: null, byGpu, reason };
  const own = gpus.flatMap((gpu) => byGpu.get(gpu) ?? []);
  return {
    joules: own.reduce((sum, { joules }) => sum + joules, 0),
    idleJoules: own.reduce((sum, { idleJoules }) => sum + idleJoules, 0),
    byGpu,
    reason: null,
  };
}

function explainUnknownEnergy(
  known: ReadonlyMap<string, unknown>,
  gpus: readonly string[],
  rolledUp: readonly string[],
): string | null {
  if (known.size === 0)
    return 'no counter of energy was read (DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION), or not two readings of it yet';
  if (rolledUp.length > 0)
    return `the counters of ${rolledUp.length} days are no longer kept, the first of ${rolledUp[0]}`;
  const lacking = gpus.filter((gpu) => !known.has(gpu));
  return lacking.length === 0
    ? null
    : `no counter of energy was read of ${lacking.length} of ${gpus.length} GPUs, the first ${lacking[0]}`;
}

function buildEnergySelect({ readings, from, to }: EnergyQuestion): string {
  const read = `SELECT gpu, epoch_ms("sampledAt") AS t, value AS v, lag(epoch_ms("sampledAt")) OVER w AS t0, lag(value) OVER w AS v0
    FROM ${readings} WINDOW w AS (PARTITION BY gpu ORDER BY "sampledAt")`;
  const bounded = `SELECT gpu, t0, t, CASE WHEN v >= v0 THEN v - v0 ELSE v END AS j,
      ${from === null ? 't0' : `greatest(t0, ${from})`} AS a, ${to === null ? 't' : `least(t, ${to})`} AS b
    FROM (${read}) WHERE t0 IS NOT NULL`;
  const used = `SELECT *, j / (t - t0) AS rate FROM (${bounded}) WHERE a < b`;
  const idle = `SELECT u.gpu, sum(rate * (least(b, e) - greatest(a, s))) AS joules FROM used u
    JOIN ${MARKED} m ON m.gpu = u.gpu AND m.idle AND m.s < b AND m.e > a GROUP BY u.gpu`;
  return `WITH used AS (${used}), idle AS (${idle})
    SELECT gpu, sum(rate * (b - a))::DOUBLE AS joules, coalesce(any_value(i.joules), 0)::DOUBLE AS "idleJoules"
    FROM used LEFT JOIN idle i USING (gpu) GROUP BY gpu ORDER BY gpu`;
}
