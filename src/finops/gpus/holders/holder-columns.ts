import { Subject } from '../../../org/schema.ts';
import { identifier, type LakeRow } from '../../../platform/lake/index.ts';
import { namesSomebody, ownerFields, placeFields } from '../holder-fields/schema.ts';
import { columnOf, type SourceFile } from '../telemetry/source-file.ts';
import type { Holder } from './holding.ts';

/** Columns of a file by what they say of who held a GPU. */
export interface HolderColumns {
  readonly columns: Readonly<Record<string, string | undefined>>;
  readonly labels: Readonly<Record<string, string>>;
}

export const MOST_CHARACTERS = 250;
const LABEL = 'label:';

export interface HolderSql {
  /** Columns that the SELECT items make, quoted. */
  readonly names: readonly string[];
  /** SELECT items over the file; a column without a value is null. */
  readonly items: readonly string[];
  /** Condition over them: one is longer than names are kept. */
  readonly isTooLong: string;
  /** Condition over them: they name nobody. */
  readonly isNobody: string;
}

/** Error: `gpu_column_missing`. */
export function holderSql(source: SourceFile, { columns, labels }: HolderColumns): HolderSql {
  const named = Object.entries(columns).flatMap(([field, column]) => (column === undefined ? [] : [[field, column]]));
  const labelled = Object.entries(labels).map(([key, column]) => [`${LABEL}${key}`, column]);
  const asked = [...named, ...labelled].map(([name = '', column = '']) => ({ name, column }));
  const names = asked.map(({ name }) => identifier(name));
  const holders = named.flatMap(([field = '']) => (namesSomebody(field) ? [identifier(field)] : []));
  return {
    names,
    items: asked.map(
      ({ name, column }) => `nullif(trim(CAST(${columnOf(source, [column])} AS VARCHAR)), '') AS ${identifier(name)}`,
    ),
    isTooLong: anyOf(names.map((name) => `coalesce(length(${name}) > ${MOST_CHARACTERS}, false)`)),
    isNobody: holders.length === 0 ? 'true' : `(${holders.map((name) => `${name} IS NULL`).join(' AND ')})`,
  };
}

function anyOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'false' : `(${conditions.join(' OR ')})`;
}

/** The holder that a row of these items names. */
export function holderIn(row: LakeRow, { columns, labels }: HolderColumns): Holder {
  const text = (name: string) => (typeof row[name] === 'string' ? row[name] : null);
  const value = (field: string) => (field in columns ? text(field) : null);
  const subject = Object.fromEntries(
    ownerFields.flatMap((field) => (value(field) === null ? [] : [[field, value(field)]])),
  );
  const said = Object.keys(labels).flatMap((key) => {
    const label = text(`${LABEL}${key}`);
    return label === null ? [] : [[key, label] as const];
  });
  const [host, model, namespace, pod, container] = placeFields.map(value);
  return {
    host: host ?? null,
    model: model ?? null,
    namespace: namespace ?? null,
    pod: pod ?? null,
    container: container ?? null,
    pid: null,
    subject: Object.keys(subject).length === 0 ? null : Subject.parse(subject),
    ...(said.length === 0 ? {} : { labels: Object.fromEntries(said) }),
  };
}
