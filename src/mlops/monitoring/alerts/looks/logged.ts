import type { InstantRange } from '../../../../platform/journal/index.ts';
import { quoteLiteral } from '../../../../platform/lake/index.ts';
import { buildInstantSql } from '../../../predictions/index.ts';
import type { Tables } from '../../../quality/index.ts';
import type { RequestCounts } from '../burn-rate.ts';

interface Latencies {
  readonly model: string;
  readonly now: number;
  /** The longest first. */
  readonly lengthsMs: readonly number[];
  readonly withinMs: number;
}

const toInstantSql = (instantMs: number) => buildInstantSql(new Date(instantMs).toISOString());

const toInstantRange = (fromMs: number, toMs: number): InstantRange => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
});

/** Latencies from the prediction log, as the sender reported them. Used for models whose requests this server does not count. */
export async function countLoggedLatencies(
  { predictions }: Tables,
  { model, now, lengthsMs, withinMs }: Latencies,
): Promise<RequestCounts[]> {
  const counts = lengthsMs.flatMap((length, place) => {
    const within = `predictedAt >= ${toInstantSql(now - length)}`;
    return [
      `count(latencyMs) FILTER (WHERE ${within})::DOUBLE AS requests${place}`,
      `count(*) FILTER (WHERE ${within} AND latencyMs > ${withinMs})::DOUBLE AS bad${place}`,
    ];
  });
  const row = await predictions.read(
    async (relation, session) => {
      const [first] = await session.query(`SELECT ${counts.join(', ')} FROM ${relation}
      WHERE model = ${quoteLiteral(model)} AND predictedAt >= ${toInstantSql(now - Math.max(...lengthsMs))} AND predictedAt < ${toInstantSql(now)}`);
      return first;
    },
    toInstantRange(now - Math.max(...lengthsMs), now),
  );
  return lengthsMs.map((_, place) => ({
    requests: Number(row?.[`requests${place}`] ?? 0),
    bad: Number(row?.[`bad${place}`] ?? 0),
  }));
}

/**
 * UTC instant of the last prediction of a model in so many milliseconds before now; null: there is none. Predictions in the
 * future do not count.
 */
export function findLastPrediction(
  { predictions }: Tables,
  { model, now, withinMs }: { readonly model: string; readonly now: number; readonly withinMs: number },
): Promise<string | null> {
  return predictions.read(
    async (relation, session) => {
      const [row] =
        await session.query(`SELECT strftime(max(predictedAt), '%Y-%m-%dT%H:%M:%S.%gZ') AS last FROM ${relation}
      WHERE model = ${quoteLiteral(model)} AND predictedAt > ${toInstantSql(now - withinMs)} AND predictedAt <= ${toInstantSql(now)}`);
      return row === undefined || row.last === null ? null : String(row.last);
    },
    toInstantRange(now - withinMs, now),
  );
}
