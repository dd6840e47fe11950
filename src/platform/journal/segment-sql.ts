import { type LakeSession, quoteIdentifier, quoteLiteral, type StagedFile } from '../lake/index.ts';
import type { RowShape } from './readable.ts';
import type { Segment } from './segment.ts';

/** The largest row that is taken, as JSON, in bytes. Reading takes a few times as much memory for each file. */
export const LONGEST_ROW_BYTES = 1024 * 1024;
/** The checksum and its key come on top. */
const LONGEST_LINE_BYTES = LONGEST_ROW_BYTES + 64;

/**
 * The rows of segments. The engine fails at a line of a whole segment that it cannot read. The last line of a segment that is
 * written to may be half there: the engine makes a row without any value of it, which is left out.
 */
export function buildSegmentRowsSql(
  { table, dayOf }: RowShape,
  segments: readonly (Segment & { readonly isWhole: boolean })[],
): string {
  const columns = Object.entries(table.columns).map(([name, type]) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`);
  const rows = (group: readonly Segment[], ignoresErrors: boolean) =>
    `FROM read_json([${group.map(({ path }) => quoteLiteral(path)).join(', ')}], format = 'newline_delimited',
      columns = {${columns.join(', ')}}, ignore_errors = ${ignoresErrors}, maximum_object_size = ${LONGEST_LINE_BYTES})`;
  const whole = segments.filter(({ isWhole }) => isWhole);
  const growing = segments.filter(({ isWhole }) => !isWhole);
  return [
    ...(whole.length === 0 ? [] : [rows(whole, false)]),
    ...(growing.length === 0 ? [] : [`(${rows(growing, true)} WHERE ${quoteIdentifier(dayOf)} IS NOT NULL)`]),
  ].join(' UNION ALL BY NAME ');
}

const SETTLING = 'settling_rows';

/** Parses segments once and writes one file for each UTC day of their rows. Every file is added to `staged` as soon as it is written. */
export async function stageSegments(
  session: LakeSession,
  shape: RowShape,
  segments: readonly Segment[],
  staged: StagedFile[],
): Promise<void> {
  const at = quoteIdentifier(shape.dayOf);
  const rows = buildSegmentRowsSql(
    shape,
    segments.map((segment) => ({ ...segment, isWhole: true })),
  );
  // Sorted by time, so that the rows of a day are contiguous and the engine can skip the others.
  await session.query(`CREATE OR REPLACE TEMP TABLE ${SETTLING} AS SELECT * FROM (${rows}) ORDER BY ${at}`);
  try {
    const days = await session.query(
      `SELECT DISTINCT strftime(${at}, '%Y-%m-%d') AS day FROM ${SETTLING} ORDER BY day`,
    );
    for (const day of days.map((row) => String(row.day))) {
      const start = `TIMESTAMP ${quoteLiteral(day)}`;
      const select = `SELECT * FROM ${SETTLING} WHERE ${at} >= ${start} AND ${at} < ${start} + INTERVAL 1 DAY ORDER BY ${at}`;
      staged.push(await session.stage(shape.table, day, select));
    }
  } finally {
    if (!session.signal.aborted) await session.query(`DROP TABLE ${SETTLING}`);
  }
}
