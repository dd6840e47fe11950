import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Events, StoredEvent } from '../../../platform/events/index.ts';
import type { Lake } from '../../../platform/lake/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { decimalString, Month } from '../../../platform/units/index.ts';
import { billRows } from '../../billing/index.ts';
import { buildLearnedSelect, machineColumns } from './machine-rows.ts';
import { findLearnedOfPeriod, findLearnedPeriods, type LearnedRow, replaceLearned } from './store.ts';

export interface LearnedDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly events: Pick<Events, 'append'>;
}

/** Events that change the rows of a billing month. */
export const billEvents = ['bill.imported', 'bill.reverted', 'bill.preferred', 'bill.deleted'] as const;

const BillChanged = z.object({ changes: z.array(z.object({ period: Month })) });

/** Relearns the prices of the months of an event. Idempotent. */
export async function relearnBill(deps: LearnedDeps, event: StoredEvent): Promise<void> {
  const { changes } = BillChanged.parse(event.payload);
  for (const period of new Set(changes.map((change) => change.period))) await learnPeriod(deps, period);
}

/** Relearns the prices of every month that has bill rows, and removes those of the other months; returns the months, sorted. */
export async function learnAll(deps: LearnedDeps): Promise<string[]> {
  const partitions = await deps.lake.partitions(deps.store, billRows);
  const known = await findLearnedPeriods(deps.store);
  const periods = [...new Set([...known, ...partitions.map(parsePartitionPeriod)])].toSorted();
  for (const period of periods) await learnPeriod(deps, period);
  return periods;
}

/** Emits `prices.applied` if a price of the month has changed. */
async function learnPeriod(deps: LearnedDeps, period: string): Promise<void> {
  const rows = await readPeriod(deps, period);
  await deps.store.transaction(async (sql) => {
    const before = await findLearnedOfPeriod(sql, period);
    if (isDeepStrictEqual(sortRows(before), sortRows(rows))) return;
    await replaceLearned(sql, period, rows);
    const payload = { period, prices: rows.length };
    await deps.events.append(sql, { type: 'prices.applied', subject: `learned_prices:${period}`, payload });
  });
}

async function readPeriod({ store, lake }: LearnedDeps, period: string): Promise<LearnedRow[]> {
  const partitions = (await lake.partitions(store, billRows)).filter(
    (partition) => parsePartitionPeriod(partition) === period,
  );
  if (partitions.length === 0) return [];
  const relation = await lake.relation(store, billRows, { partitions, others: machineColumns });
  const found = await lake.query(buildLearnedSelect(relation));
  return found.map((row) => factToRow(LearnedFact.parse(row), period));
}

const LearnedFact = z.object({
  resource: z.string(),
  region: z.string(),
  currency: z.string(),
  amount: z.string(),
  effective_from: z.string(),
  as_of: z.string(),
  agreed_rows: z.number(),
  row_count: z.number(),
});

function factToRow({ row_count: rows, amount, ...fact }: z.infer<typeof LearnedFact>, period: string): LearnedRow {
  return { ...fact, amount: decimalString(amount), rows, period };
}

/** A partition of bill rows ends in its billing month. */
function parsePartitionPeriod(partition: string): string {
  return partition.slice(partition.lastIndexOf('/') + 1);
}

function sortRows(rows: readonly LearnedRow[]): LearnedRow[] {
  const keyOf = ({ resource, region, currency }: LearnedRow) => `${resource} ${region} ${currency}`;
  return rows.map((row) => ({ ...row })).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
