import { buildSameSql, buildTextSql } from '../../mlops/monitors/index.ts';
import type { LabelledReader } from '../../mlops/predictions/index.ts';
import { quoteLiteral } from '../../platform/lake/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { EventField } from './daily-sums.ts';
import type { LabelSource } from './label-sources.ts';
import { AMOUNT_DECIMALS, LARGEST_AMOUNT, type LabelValue, type LabelWorth } from './schema.ts';

/** Labels of the predictions of one UTC day with one value of the field. */
export interface LabelDaySum {
  /** Value of the field; null for predictions without it. */
  readonly key: string | null;
  /** "2026-11-03". */
  readonly day: string;
  /** Logged predictions, each counted once. */
  readonly predictions: number;
  /** Predictions with a label. */
  readonly labelled: number;
  /** Labels with an amount. */
  readonly outcomes: number;
  /** Labels without a readable amount: in no sum. */
  readonly leftOut: number;
  /** Exact sum of the amounts. */
  readonly total: string;
  /** Sum of the squares of the amounts. */
  readonly squares: number;
}

export interface LabelSelection {
  /** Field of the log by which sums are grouped. */
  readonly field: EventField;
  /** Unix milliseconds, half-open, by the time of the prediction. */
  readonly start: number;
  readonly end: number;
}

const AMOUNT_TYPE = `DECIMAL(18,${AMOUNT_DECIMALS})`;
const NUMBER = String.raw`-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?`;
/** Columns of a logged prediction that can be a tag. */
const COLUMNS: ReadonlySet<string> = new Set(['caller', 'entity', 'project', 'team', 'environment', 'variant']);
const LONGEST_TAG = 250;

/** Sums of the amounts of the labels of a model by day of the prediction. */
export type LabelSums = (source: LabelSource, selection: LabelSelection) => Promise<readonly LabelDaySum[]>;

export function createLabelSums(readLabelled: LabelledReader): LabelSums {
  return (source, selection) => sumLabelsByDay(readLabelled, source, selection);
}

/** Label sums for one answer: whole days that are part of days that were read before are not read again. */
export function rememberLabelSums(sumLabels: LabelSums): LabelSums {
  const known: (LabelSelection & { readonly model: string; readonly days: ReturnType<LabelSums> })[] = [];
  return async (source, selection) => {
    const { field, start, end } = selection;
    const isWhole = start % DAY_MS === 0 && end % DAY_MS === 0;
    const found = known.find(
      (one) => one.model === source.model && one.field === field && one.start <= start && one.end >= end,
    );
    if (isWhole && found !== undefined) {
      return (await found.days).filter(({ day }) => Date.parse(day) >= start && Date.parse(day) < end);
    }
    const days = sumLabels(source, selection);
    known.push({ model: source.model, field, start, end, days });
    return days;
  };
}

/**
 * Sums of the amounts of labels by day of the prediction, computed in the lake from the labels that count now: a late or corrected label
 * changes the sum of its day, and nothing is stored. Days before `from` of the declaration are left out.
 */
async function sumLabelsByDay(
  readLabelled: LabelledReader,
  { model, from, withinDays, labels }: LabelSource,
  { field, start, end }: LabelSelection,
): Promise<LabelDaySum[]> {
  const begin = from === null ? start : Math.max(start, from);
  if (begin >= end) return [];
  const question = {
    ...{ model, start: new Date(begin).toISOString(), end: new Date(end).toISOString(), withinDays },
    columns: readsInputs(labels) ? ('all' as const) : ('answers' as const),
  };
  return readLabelled(question, async (session, withSql) => {
    const rows = await session.query(`WITH ${withSql}, ${buildWorthSql(labels, field)}
      SELECT key, strftime(day, '%Y-%m-%d') AS day, count(*)::DOUBLE AS predictions, count(label)::DOUBLE AS labelled,
        count(amount)::DOUBLE AS outcomes, (count(*) FILTER (met > 0 AND amount IS NULL))::DOUBLE AS leftOut,
        coalesce(sum(amount), 0)::VARCHAR AS total, coalesce(sum(amount::DOUBLE * amount::DOUBLE), 0) AS squares
      FROM valued GROUP BY ALL ORDER BY day, key`);
    return rows.map((row) => ({
      key: row.key === null ? null : String(row.key),
      day: String(row.day),
      predictions: Number(row.predictions),
      labelled: Number(row.labelled),
      outcomes: Number(row.outcomes),
      leftOut: Number(row.leftOut),
      total: String(row.total),
      squares: Number(row.squares),
    }));
  });
}

function readsInputs({ worth, customer, feature }: LabelValue): boolean {
  const fields = [customer, feature, ...worth.flatMap(({ field, amountField }) => [field, amountField])];
  return fields.some((field) => field?.startsWith('inputs.') ?? false);
}

/** CTEs `met` (place of the first entry that a label meets, 0: none; null: no label) and `valued` (its amount). */
function buildWorthSql({ worth, customer, feature }: LabelValue, field: EventField): string {
  const keys: Record<EventField, string> = {
    version: 'modelVersion',
    endpoint: 'endpoint',
    customer: buildTagSql(customer),
    feature: buildTagSql(feature),
  };
  const entries = worth.map((one, at) => `WHEN ${buildConditionSql(one)} THEN ${at + 1}`);
  const amounts = worth.map((one, at) => `WHEN ${at + 1} THEN ${buildAmountSql(one)}`);
  return `met AS (
      SELECT *, CASE WHEN label IS NULL THEN NULL ${entries.join(' ')} ELSE 0 END AS met FROM labelled
    ),
    valued AS (
      SELECT ${keys[field]} AS key, predictedAt::DATE AS day, label, met,
        CASE met ${amounts.join(' ')} END AS amount
      FROM met
    )`;
}

function buildConditionSql({ endpoint, field = 'label', equals }: LabelWorth): string {
  return [
    'true',
    ...(endpoint === undefined ? [] : [`endpoint = ${quoteLiteral(endpoint)}`]),
    ...(equals === undefined ? [] : [buildSameSql(buildTextSql(buildFieldSql(field)), quoteLiteral(equals))]),
  ].join(' AND ');
}

/** Null: the field has no number, or one beyond the largest amount. */
function buildAmountSql({ amount, amountField }: LabelWorth): string {
  if (amountField === undefined) return `CAST(${quoteLiteral(amount ?? '')} AS ${AMOUNT_TYPE})`;
  const text = buildTextSql(buildFieldSql(amountField));
  const read = `TRY_CAST(${text} AS ${AMOUNT_TYPE})`;
  return `CASE WHEN regexp_full_match(${text}, ${quoteLiteral(NUMBER)}) AND abs(${read}) <= ${LARGEST_AMOUNT} THEN ${read} END`;
}

/** Null: no tag, or a text that is too long for one. */
function buildTagSql(field: string | undefined): string {
  if (field === undefined) return 'NULL::VARCHAR';
  const text = COLUMNS.has(field) ? field : buildTextSql(buildFieldSql(field));
  return `(CASE WHEN length(${text}) <= ${LONGEST_TAG} THEN nullif(${text}, '') END)`;
}

/** JSON at `label`, `label.a.b`, `inputs.NAME`, …; a name with dots is looked for as one name first. */
function buildFieldSql(field: string): string {
  const [root = '', ...names] = field.split('.');
  if (names.length === 0) return root;
  const at = (steps: readonly string[]) => `json_extract(${root}, ${quoteLiteral(toPointer(steps))})`;
  return names.length === 1 ? at(names) : `coalesce(${at([names.join('.')])}, ${at(names)})`;
}

/** JSON pointer (RFC 6901): any name is one. */
function toPointer(steps: readonly string[]): string {
  return steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
