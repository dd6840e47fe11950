import { quoteLiteral } from '../../platform/lake/index.ts';
import { buildInstantSql } from './labelled.ts';
import type { PredictionDeps } from './service.ts';

/** Number of stored predictions; a monitor can store a sample of them. */
export interface Traffic {
  readonly predictions: number;
  /** UTC instant of the first of them; null where there is none. */
  readonly first: string | null;
}

/** Counts of the stored rows of a model. */
export interface PredictionCounts {
  /** Predictions made in `[start, end)`, each counted once. */
  traffic(model: string, period: { readonly start: string; readonly end: string }): Promise<Traffic>;
  /** Predictions made in `[start, end)` by model version, each counted once; those without a version are left out. */
  byVersion(
    model: string,
    period: { readonly start: string; readonly end: string },
  ): Promise<{ readonly version: string; readonly predictions: number }[]>;
  /**
   * Predictions made in `[start, end)` by UTC day ("2026-11-03") and model version, each counted once; `version` is null for those
   * without one.
   */
  byDay(
    model: string,
    period: { readonly start: string; readonly end: string },
  ): Promise<{ readonly day: string; readonly version: string | null; readonly predictions: number }[]>;
  /** Version and time (Unix ms) of those of these predictions that are stored with a version, by prediction id. */
  versionsOf(
    model: string,
    predictions: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly version: string; readonly atMs: number }>>;
  /** Predictions, or what labels are of, that were recorded from an instant on, each counted once. */
  recordedSince(of: 'predictions' | 'labels', model: string, since: string): Promise<number>;
}

export function createCounts({
  predictions,
  labels,
}: Pick<PredictionDeps, 'predictions' | 'labels'>): PredictionCounts {
  return {
    traffic: (model, { start, end }) =>
      predictions.read(
        async (relation, session) => {
          const [row] = await session.query(`SELECT count(DISTINCT prediction)::DOUBLE AS predictions,
            strftime(min(predictedAt), '%Y-%m-%dT%H:%M:%S.%gZ') AS first
          FROM ${relation}
          WHERE model = ${quoteLiteral(model)} AND predictedAt >= ${buildInstantSql(start)} AND predictedAt < ${buildInstantSql(end)}`);
          return {
            predictions: Number(row?.predictions ?? 0),
            first: typeof row?.first === 'string' ? row.first : null,
          };
        },
        { from: start, to: end },
      ),
    byVersion: (model, { start, end }) =>
      predictions.read(
        async (relation, session) => {
          const rows = await session.query(`SELECT modelVersion, count(DISTINCT prediction)::DOUBLE AS predictions
          FROM ${relation}
          WHERE model = ${quoteLiteral(model)} AND modelVersion IS NOT NULL
            AND predictedAt >= ${buildInstantSql(start)} AND predictedAt < ${buildInstantSql(end)}
          GROUP BY modelVersion ORDER BY modelVersion`);
          return rows.map((row) => ({ version: String(row.modelVersion), predictions: Number(row.predictions) }));
        },
        { from: start, to: end },
      ),
    byDay: (model, { start, end }) =>
      predictions.read(
        async (relation, session) => {
          const rows = await session.query(`SELECT strftime(predictedAt, '%Y-%m-%d') AS day, modelVersion,
            count(DISTINCT prediction)::DOUBLE AS predictions
          FROM ${relation}
          WHERE model = ${quoteLiteral(model)}
            AND predictedAt >= ${buildInstantSql(start)} AND predictedAt < ${buildInstantSql(end)}
          GROUP BY ALL ORDER BY day, modelVersion`);
          return rows.map((row) => ({
            day: String(row.day),
            version: row.modelVersion === null ? null : String(row.modelVersion),
            predictions: Number(row.predictions),
          }));
        },
        { from: start, to: end },
      ),
    versionsOf: (model, ids) =>
      predictions.read(async (relation, session) => {
        const rows = await session.query(`SELECT prediction, min(modelVersion) AS version,
            epoch_ms(min(predictedAt))::DOUBLE AS at
          FROM ${relation}
          WHERE model = ${quoteLiteral(model)} AND modelVersion IS NOT NULL
            AND prediction IN (${ids.map(quoteLiteral).join(', ')})
          GROUP BY prediction`);
        return new Map(
          rows.map((row) => [String(row.prediction), { version: String(row.version), atMs: Number(row.at) }]),
        );
      }),
    recordedSince: (of, model, since) =>
      (of === 'labels' ? labels : predictions).read(async (relation, session) => {
        const one = of === 'labels' ? `coalesce(prediction, concat_ws(' ', entity, observedAt))` : 'prediction';
        const [row] = await session.query(`SELECT count(DISTINCT ${one})::DOUBLE AS recorded FROM ${relation}
          WHERE model = ${quoteLiteral(model)} AND recordedAt >= ${buildInstantSql(since)}`);
        return Number(row?.recorded ?? 0);
      }),
  };
}
