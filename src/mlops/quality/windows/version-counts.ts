import type { LakeSession } from '../../../platform/lake/index.ts';

/** Stored predictions of one model version. */
export interface VersionCount {
  /** Null: sent without a version. */
  readonly version: string | null;
  readonly predictions: number;
  /** UTC instants of the first and the last one. */
  readonly first: string;
  readonly last: string;
}

/** Rows of a relation with `predictedAt` and `modelVersion` by version, the one with the latest prediction first. */
export async function countVersionsOf(session: Pick<LakeSession, 'query'>, relation: string): Promise<VersionCount[]> {
  const rows = await session.query(`SELECT modelVersion, count(*)::DOUBLE AS predictions,
      strftime(min(predictedAt), '%Y-%m-%dT%H:%M:%S.%gZ') AS first, strftime(max(predictedAt), '%Y-%m-%dT%H:%M:%S.%gZ') AS last
    FROM ${relation} GROUP BY modelVersion ORDER BY max(predictedAt) DESC, modelVersion`);
  return rows.map((row) => ({
    version: row.modelVersion === null ? null : String(row.modelVersion),
    predictions: Number(row.predictions),
    first: String(row.first),
    last: String(row.last),
  }));
}
