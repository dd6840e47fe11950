import { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import type { Lake, LakeRow } from '../../../platform/lake/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { decimalString } from '../../../platform/units/index.ts';
import { billRows } from '../bill-rows.ts';
import { findBillDimension, listOtherColumns } from '../dimensions.ts';
import { findFocusColumn, focusColumns } from '../formats/focus-columns.ts';
import { compareMoney, type DeliveredUnit, findHeldUnits } from '../units/index.ts';
import { changedRows, countRows, matchRows, readUnpairedRows } from './rows.ts';
import type { BillDiff, DiffRow, FieldChange } from './schema.ts';

export interface DiffDeps {
  readonly store: Store;
  readonly lake: Lake;
}

export interface DiffQuestion {
  readonly a: string;
  readonly b: string;
  /** YYYY-MM; null if the deliveries share one billing period. */
  readonly period: string | null;
  /** Dimension of the totals; null for none. */
  readonly by: string | null;
  readonly limit: number;
  readonly offset: number;
}

/**
 * Differences between two deliveries of a billing period, current or not. Errors: `bill_delivery_not_found`,
 * `bill_period_needed`, `dimension_unknown`.
 */
export async function compareDeliveries(deps: DiffDeps, question: DiffQuestion): Promise<BillDiff> {
  const expression = buildDimensionSql(question.by);
  const [heldByA, heldByB] = [
    await findDeliveryUnits(deps, question.a, question),
    await findDeliveryUnits(deps, question.b, question),
  ];
  const period = requireSharedPeriod(question, heldByA, heldByB);
  const [a, b] = [
    await buildDiffRelation(deps, heldByA, { period, by: question.by }),
    await buildDiffRelation(deps, heldByB, { period, by: question.by }),
  ];
  const totals = await compareMoney(deps.lake, a, b, expression);
  return deps.lake.session(async (session) => {
    await matchRows(session, a, b);
    return {
      ...{ a: question.a, b: question.b, period },
      counts: await countRows(session, a, b),
      added: (await readUnpairedRows(session, b, true, question)).map((row) => toDiffRow(row)),
      removed: (await readUnpairedRows(session, a, false, question)).map((row) => toDiffRow(row)),
      changed: (await changedRows(session, a, b, question)).flatMap(toFieldChanges),
      totals,
    };
  });
}

function buildDimensionSql(by: string | null): string {
  if (by === null) return 'NULL::VARCHAR';
  const expression = findBillDimension(by);
  if (expression !== null) return expression;
  const detail = `Bill rows have no "${by}". Use a FOCUS column in camelCase, tag:KEY, x_COLUMN, day or month.`;
  throw new AppError('dimension_unknown', detail, { dimension: by });
}

function findDeliveryUnits(deps: DiffDeps, delivery: string, { period }: DiffQuestion): Promise<DeliveredUnit[]> {
  return findHeldUnits(deps, { delivery, period });
}

function requireSharedPeriod(
  { a, b }: DiffQuestion,
  ofA: readonly DeliveredUnit[],
  ofB: readonly DeliveredUnit[],
): string {
  const periods = new Set(ofB.map(({ period }) => period));
  const shared = [...new Set(ofA.map(({ period }) => period).filter((period) => periods.has(period)))].toSorted();
  const [only, ...more] = shared;
  if (only !== undefined && more.length === 0) return only;
  const what = shared.length === 0 ? 'share no billing period' : `share ${shared.join(', ')}: say which with --period`;
  throw new AppError('bill_period_needed', `${a} and ${b} ${what}.`, { periods: shared });
}

async function buildDiffRelation(
  { store, lake }: DiffDeps,
  units: readonly DeliveredUnit[],
  { period, by }: { readonly period: string; readonly by: string | null },
): Promise<string> {
  const ids = units.filter((unit) => unit.period === period).flatMap(({ lakeFiles }) => lakeFiles);
  return lake.stagedRelation(
    billRows,
    await lake.filesById(store, billRows, ids),
    listOtherColumns(by === null ? [] : [by]),
  );
}

function toDiffRow(row: LakeRow, prefix = ''): DiffRow {
  const text = (name: string) => {
    const value = row[`${prefix}${name}`];
    return value === null || value === undefined ? null : String(value);
  };
  const billed = text('billedCost');
  return {
    file: text('file') ?? '',
    row: Number(row[`${prefix}row`]),
    chargePeriodStart: text('chargePeriodStart'),
    subAccountId: text('subAccountId'),
    serviceName: text('serviceName'),
    resourceId: text('resourceId'),
    skuId: text('skuId'),
    chargeDescription: text('chargeDescription'),
    billedCost: billed === null ? null : decimalString(billed),
    currency: text('currency') ?? '',
  };
}

const Fields = z.array(
  z.strictObject({ column: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
);

function toFieldChanges(pair: LakeRow): FieldChange[] {
  const row = { before: toDiffRow(pair, 'a_'), after: toDiffRow(pair, 'b_') };
  return Fields.parse(JSON.parse(String(pair.fields))).map(({ column, before, after }) => {
    const focus = findFocusColumn(column);
    const isDecimal = focus !== null && focusColumns[focus] === 'decimal';
    const shown = (value: string | null) => (value === null || !isDecimal ? value : decimalString(value));
    return { row, column, before: shown(before), after: shown(after) };
  });
}
