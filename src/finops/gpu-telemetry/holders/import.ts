import type { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import type { Lake, LakeRow } from '../../../platform/lake/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { TableFile } from '../../../platform/tables/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { appendTimeChanged, type ChangeDeps, findTimeSpan } from '../changes/time-changed.ts';
import { buildInstantSql } from '../telemetry/reading-sql.ts';
import { findColumn, openFile, type SourceFile } from '../telemetry/source-file.ts';
import { buildHolderSql, MOST_CHARACTERS, rowToHolder } from './holder-columns.ts';
import { isNobody } from './holding.ts';
import type { GpuHolders, importGpuHolders } from './schema.ts';
import { saveTimes } from './store.ts';

export interface HolderDeps extends ChangeDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
}

type HolderImport = Omit<z.infer<typeof importGpuHolders.body>, 'upload' | 'name'>;

/** Maximum time by which the clock of another machine may be ahead of ours. */
const SKEW_MS = 3_600_000;
const MOST_ROWS = 1_000_000;

/** Reasons to reject a row; the number in SQL is the index in this list. 0: accepted. */
const FAULTS = [
  null,
  'no GPU is named',
  'the start cannot be read',
  'the end cannot be read',
  'it does not end after its start',
  'the end is in the future',
  `a name is longer than ${MOST_CHARACTERS} characters`,
] as const;

/** Imports holders of GPUs, the whole file or nothing; see `replaceTimes` for the effect on stored holders. */
export async function importHolders(deps: HolderDeps, file: TableFile, asked: HolderImport): Promise<GpuHolders> {
  const rows = await deps.lake.session(async (session) => {
    const source = await openFile(session, file);
    const select = buildRowsSelect(source, asked, deps.clock.now());
    return source.guard(session.query(`${select} LIMIT ${MOST_ROWS + 1}`));
  });
  if (rows.length > MOST_ROWS) {
    throw createHoldersError(file.name, `it has more than ${MOST_ROWS} rows; send it in parts`);
  }
  const good = rows.filter(({ fault }) => fault === 0);
  const rejected = parseRejected(rows);
  if (good.length === 0) {
    const [worst] = rejected.toSorted((a, b) => b.rows - a.rows);
    throw createHoldersError(file.name, worst === undefined ? 'it has no row' : `${worst.reason} (${worst.example})`);
  }
  const holdings = good.map((row) => ({
    ...{ gpu: String(row.gpu), start: Number(row.s), end: Number(row.e) },
    holder: rowToHolder(row, asked),
  }));
  await deps.store.transaction(async (sql) => {
    await saveTimes(sql, holdings);
    await appendTimeChanged(deps, sql, findTimeSpan(holdings));
  });
  const instant = (ms: number) => new Date(ms).toISOString();
  return {
    name: file.name,
    rows: rows.length,
    accepted: good.length,
    rejected,
    gpus: new Set(holdings.map(({ gpu }) => gpu)).size,
    heldByNobody: holdings.filter(({ holder }) => isNobody(holder)).length,
    firstAt: instant(holdings.reduce((least, { start }) => Math.min(least, start), Number.MAX_SAFE_INTEGER)),
    lastAt: instant(holdings.reduce((most, { end }) => Math.max(most, end), 0)),
  };
}

function createHoldersError(name: string, why: string): AppError {
  return new AppError('gpu_holders_unusable', `${name} has no valid row of a holder: ${why}.`, {
    file: name,
  });
}

function buildRowsSelect(source: SourceFile, asked: HolderImport, now: number): string {
  const { names, items, isTooLong } = buildHolderSql(source, asked);
  const ended = findColumn(source, [asked.end]);
  const raw = `SELECT trim(CAST(${findColumn(source, [asked.gpu])} AS VARCHAR)) AS gpu, epoch_ms(${buildInstantSql(source, asked.start)}) AS s,
      CASE WHEN coalesce(trim(CAST(${ended} AS VARCHAR)), '') = '' THEN ${now} ELSE epoch_ms(${buildInstantSql(source, asked.end)}) END AS e
      ${items.map((item) => `, ${item}`).join('')}
    FROM ${source.relation}`;
  return `SELECT gpu, s::DOUBLE AS s, e::DOUBLE AS e ${names.map((name) => `, ${name}`).join('')},
      CASE WHEN coalesce(gpu, '') = '' THEN 1 WHEN s IS NULL THEN 2 WHEN e IS NULL THEN 3 WHEN e <= s THEN 4
        WHEN e > ${now + SKEW_MS} THEN 5 WHEN ${isTooLong} THEN 6 ELSE 0 END AS fault
    FROM (${raw})`;
}

function parseRejected(rows: readonly LakeRow[]): GpuHolders['rejected'] {
  const byFault = Map.groupBy(rows, ({ fault }) => Number(fault));
  return [...byFault]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([fault, own]) => {
      const reason = FAULTS[fault] ?? null;
      const [first] = own;
      if (reason === null || first === undefined) return [];
      const at = (value: unknown) => (typeof value === 'number' ? new Date(value).toISOString() : '');
      const example = `GPU ${String(first.gpu ?? '')}, ${at(first.s)} to ${at(first.e)}`.slice(0, 300);
      return [{ reason, rows: own.length, example }];
    });
}
