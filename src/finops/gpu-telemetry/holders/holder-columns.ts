import { Subject } from '../../../org/schema.ts';
import type { LakeRow } from '../../../platform/lake/index.ts';
import { identifiesHolder, ownerFields, placeFields } from '../holder-fields/schema.ts';
import { findColumn, type SourceFile } from '../telemetry/source-file.ts';
import type { Holder } from './holding.ts';

/** Columns of a file by the fact of the holder that they contain. */
export interface HolderColumns {
  readonly columns: Readonly<Record<string, string | undefined>>;
  readonly labels: Readonly<Record<string, string>>;
}

export const MOST_CHARACTERS = 250;

export interface HolderSql {
  /** Columns that the SELECT items make. */
  readonly names: readonly string[];
  /** SELECT items over the file; a column without a value is null. */
  readonly items: readonly string[];
  /** Condition over them: a value is longer than the maximum length of names. */
  readonly isTooLong: string;
  /** Condition over them: they name no holder. */
  readonly isNobody: string;
}

/** Numbered, because labels may differ only in letter case, which SQL names may not. */
const buildColumnName = (index: number) => `who${index}`;

function listHolderColumns({ columns, labels }: HolderColumns) {
  const fields = Object.entries(columns).flatMap(([field, column]) =>
    column === undefined ? [] : [{ field, label: null, column }],
  );
  return [...fields, ...Object.entries(labels).map(([label, column]) => ({ field: null, label, column }))];
}

/** Error: `gpu_column_missing`. */
export function buildHolderSql(source: SourceFile, columns: HolderColumns): HolderSql {
  const asked = listHolderColumns(columns);
  const names = asked.map((_, index) => buildColumnName(index));
  const holders = names.filter((_, index) => identifiesHolder(asked[index]?.field ?? null));
  const all = (conditions: readonly string[], of: 'AND' | 'OR', none: string) =>
    conditions.length === 0 ? none : `(${conditions.join(` ${of} `)})`;
  return {
    names,
    items: asked.map(
      ({ column }, index) =>
        `nullif(trim(CAST(${findColumn(source, [column])} AS VARCHAR)), '') AS ${buildColumnName(index)}`,
    ),
    isTooLong: all(
      names.map((name) => `coalesce(length(${name}) > ${MOST_CHARACTERS}, false)`),
      'OR',
      'false',
    ),
    isNobody: all(
      holders.map((name) => `${name} IS NULL`),
      'AND',
      'true',
    ),
  };
}

/** The holder that a row of these items names. */
export function rowToHolder(row: LakeRow, columns: HolderColumns): Holder {
  const said = listHolderColumns(columns).flatMap(({ field, label }, index) => {
    const value = row[buildColumnName(index)];
    return typeof value === 'string' ? [{ field, label, value }] : [];
  });
  const byField = new Map(said.flatMap(({ field, value }) => (field === null ? [] : [[field, value] as const])));
  const labels = said.flatMap(({ label, value }) => (label === null ? [] : [[label, value] as const]));
  const subject = Object.fromEntries(
    ownerFields.flatMap((field) => (byField.has(field) ? [[field, byField.get(field)]] : [])),
  );
  const [host = null, model = null, namespace = null, pod = null, container = null] = placeFields.map(
    (field) => byField.get(field) ?? null,
  );
  return {
    ...{ host, model, namespace, pod, container, pid: null },
    subject: Object.keys(subject).length === 0 ? null : Subject.parse(subject),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
  };
}
