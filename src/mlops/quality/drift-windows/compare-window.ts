import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import type { Band, Table } from '../../drift/index.ts';
import { adjustForDiscovery, compareSides, selectEffectMeasure } from '../../drift/index.ts';
import type { Distribution, DriftColumn, DriftReport } from '../../drift/schema.ts';
import type { DriftWatch, MinEffect } from '../../monitors/schema.ts';
import { type BandCounts, distanceFromBand } from './band.ts';
import { createColumnsTable, listOwnColumns } from './columns.ts';
import { findLargeChanges, leastEffect } from './least-effect.ts';
import type { WindowBounds } from './next-window.ts';
import type { FoundReference, References } from './references.ts';
import { buildUpToSql, type Place, type Predictions } from './selection.ts';
import type { Generation } from './store.ts';

const ROWS = 'drift_window_rows';

export interface WindowQuestion extends Generation {
  readonly drift: DriftWatch;
  readonly now: number;
}

/** Comparison of a window with its reference, before a threshold is applied. */
export interface ComparedWindow {
  readonly modelVersion: string | null;
  readonly predictions: number;
  readonly referencePredictions: number | null;
  /** The last prediction of the reference; null: the reference is not of predictions, or there is none. */
  readonly referenceUntil: Place | null;
  /** Variation between the periods of the reference. */
  readonly variation: FoundReference['variation'];
  /** Null where the comparison gives no result; see `reason`. */
  readonly report: DriftReport | null;
  readonly spreads: ReadonlyMap<string, Distribution>;
  /** Why the comparison gives no result; null where it does. */
  readonly reason: string | null;
}

/** Compares one window: the engine selects and sorts, threads compare, rows are never put together. */
export async function compareWindow(
  references: References,
  predictions: Predictions,
  bounds: WindowBounds,
  question: WindowQuestion,
): Promise<ComparedWindow> {
  const { drift } = question;
  const modelVersion = await takeRows(predictions, bounds, drift);
  const found = await references.find(predictions, { ...question, modelVersion });
  const predictionsHere = await leaveReferenceOut(predictions, found);
  const none = (reason: string, referencePredictions: number | null = null): ComparedWindow => ({
    modelVersion,
    predictions: predictionsHere,
    referencePredictions,
    referenceUntil: 'reason' in found ? null : found.until,
    variation: 'reason' in found ? undefined : found.variation,
    report: null,
    spreads: new Map(),
    reason,
  });
  if ('reason' in found) return none(found.reason);
  const { reference } = found;
  if ('hours' in drift.window && predictionsHere < drift.minPredictions) {
    return none(`it has ${predictionsHere} predictions, and ${drift.minPredictions} are needed`, reference.rows);
  }
  if (predictionsHere === 0) return none('all of its predictions are in the reference', reference.rows);
  const { report, spreads } = await compareColumns(predictions, found, drift);
  const nothing = report.share === null ? 'no column could be compared' : null;
  return { ...none('', reference.rows), report, spreads, reason: nothing };
}

async function compareColumns(predictions: Predictions, { reference, variation }: FoundReference, drift: DriftWatch) {
  const { session } = predictions;
  const named = drift.columns ?? [
    ...new Set([...reference.columns.map(({ name }) => name), ...(await listOwnColumns(session, ROWS))]),
  ];
  const current = await createColumnsTable(session, { rows: ROWS, columns: named, alias: 'drift_window' });
  const spreads = new Map<string, Distribution>();
  const report = await compareSides({
    session,
    reference,
    current,
    method: drift.method,
    columns: undefined,
    awaited: (column) => /^label(\.|$)/.test(column),
    spread: (column, distribution) => spreads.set(column, distribution),
  });
  const limits = { variation, said: drift.minEffect };
  const columns = await measureBeyondPeriods(session, current, report.columns, limits);
  return { report: { ...report, columns }, spreads };
}

/**
 * Creates a table of the session with the rows of a window. If each version is compared with its own first predictions, a
 * window has only rows of the version that answered most of it. Returns that version; null: rows of all versions.
 */
async function takeRows({ session, with: selected }: Predictions, bounds: WindowBounds, drift: DriftWatch) {
  const { selection, condition } = bounds;
  await session.query(`CREATE OR REPLACE TEMP TABLE ${ROWS} AS
    WITH ${selected({ modelVersion: drift.modelVersion, ...selection })}
    SELECT predictedAt, prediction, modelVersion, inputs, output, label FROM labelled WHERE ${condition}`);
  const { reference } = drift;
  if (drift.modelVersion !== undefined) return drift.modelVersion;
  if (!('first' in reference) || reference.modelVersion !== undefined) return null;
  const [most] = await session.query(
    `SELECT modelVersion, count(*) AS rows FROM ${ROWS} GROUP BY modelVersion ORDER BY rows DESC, modelVersion LIMIT 1`,
  );
  const version = most === undefined || most.modelVersion === null ? null : String(most.modelVersion);
  if (version !== null)
    await session.query(`DELETE FROM ${ROWS} WHERE modelVersion IS DISTINCT FROM ${quoteLiteral(version)}`);
  return version;
}

async function leaveReferenceOut({ session }: Predictions, found: FoundReference | { readonly reason: string }) {
  const until = 'reason' in found ? null : found.until;
  if (until !== null) await session.query(`DELETE FROM ${ROWS} WHERE ${buildUpToSql(until)}`);
  const [counted] = await session.query(`SELECT count(*)::DOUBLE AS rows FROM ${ROWS}`);
  return Number(counted?.rows ?? 0);
}

/** The p-value of a window as a whole by Simes (1986): the least that Benjamini and Hochberg leave; null: there is none. */
export function computeWindowPValue(columns: readonly DriftColumn[]): number | null {
  const known = adjustForDiscovery(columns.map(({ pValue }) => pValue)).filter((pValue) => pValue !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Columns whose values changed by the default least effect or more, with how far they lie outside of the periods of the reference. */
async function measureBeyondPeriods(
  session: LakeSession,
  table: Table,
  columns: readonly DriftColumn[],
  { variation, said }: { readonly variation: FoundReference['variation']; readonly said: MinEffect | undefined },
): Promise<DriftColumn[]> {
  const measured: DriftColumn[] = [];
  for (const column of columns) {
    const measure = selectEffectMeasure(column.method);
    const band = variation?.[column.column]?.band;
    const minEffect = leastEffect(column, said, variation?.[column.column]);
    const large = findLargeChanges(column, { minEffect, said });
    const isDefault = measure !== null && said?.[measure] === undefined;
    if (band !== undefined && isDefault && large.values && !large.missing && column.adjustedPValue !== null) {
      const counts = await countByBand(session, table, column.column, band);
      measured.push({ ...column, beyondPeriods: distanceFromBand(band, counts, measure) });
    } else measured.push(column);
  }
  return measured;
}

async function countByBand(session: LakeSession, table: Table, name: string, band: Band): Promise<BandCounts> {
  const [column, isText] = [quoteIdentifier(name), band.ks === null];
  const values = band.values.map((value) => quoteLiteral(String(value))).join(', ');
  const known = `SELECT ${column} AS value FROM ${table.relation} WHERE ${isText ? `${column} IS NOT NULL` : `isfinite(${column})`}`;
  const rows = await session.query(`WITH known AS (${known}),
    banded AS (SELECT unnest([${values}]::VARCHAR[])${isText ? '' : '::DOUBLE'} AS value),
    matched AS (
      SELECT banded.value, count(*) AS within, count(*) FILTER (known.value = banded.value) AS equal
      FROM known ${isText ? 'JOIN banded ON known.value = banded.value' : 'ASOF JOIN banded ON known.value <= banded.value'} GROUP BY ALL)
    SELECT value, coalesce(within, 0)::DOUBLE AS within, coalesce(equal, 0)::DOUBLE AS equal, (SELECT count(*) FROM known)::DOUBLE AS total
    FROM banded LEFT JOIN matched USING (value)`);
  const found = new Map(rows.map((row) => [row.value, row]));
  const counted = (key: 'within' | 'equal') => band.values.map((value) => Number(found.get(value)?.[key] ?? 0));
  let sum = 0;
  const upTo = isText ? [] : counted('within').map((count) => (sum += count));
  return { total: Number(rows[0]?.total ?? 0), equal: counted('equal'), upTo };
}
