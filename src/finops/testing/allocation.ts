import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call } from '../../testing/application.ts';
import { costSummary } from '../costs/schema.ts';

export interface BillRow {
  readonly cost: string;
  /** Empty means that the row does not state it. */
  readonly effective?: string;
  readonly list?: string;
  readonly currency?: string;
  readonly day?: string;
  readonly until?: string;
  readonly period?: string;
  readonly service?: string;
  readonly category?: string;
  readonly account?: string;
  readonly resource?: string;
  readonly quantity?: string;
  readonly unit?: string;
  readonly details?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

const HEADER =
  'BilledCost,EffectiveCost,ListCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ServiceName,ServiceCategory,SubAccountId,ResourceId,ConsumedQuantity,ConsumedUnit,SkuPriceDetails,Tags';

/** A FOCUS bill as CSV. */
export function billCsv(rows: readonly BillRow[]): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = rows.map((row) => {
    const { day = '2026-10-02', period = '2026-10', tags = {} } = row;
    const start = day.includes('T') ? day : `${day}T00:00:00Z`;
    const until = row.until ?? new Date(Date.parse(start) + 86_400_000).toISOString();
    return [
      row.cost,
      row.effective ?? row.cost,
      row.list ?? '',
      row.currency ?? 'USD',
      `${period}-01T00:00:00Z`,
      start,
      until,
      row.service ?? 'S3',
      row.category ?? 'Storage',
      row.account ?? '1',
      row.resource ?? '',
      row.quantity ?? '',
      row.unit ?? '',
      row.details === undefined ? '' : quoted(row.details),
      quoted(JSON.stringify(tags)),
    ].join(',');
  });
  return `${[HEADER, ...lines].join('\n')}\n`;
}

/** An AllocationRules document; `rules` is the YAML of the list, `head` the YAML before it in the spec. */
export function rulesDocument(rules: string, head = ''): string {
  return `apiVersion: steelyard/v1\nkind: AllocationRules\nmetadata: {name: rules}\nspec:\n${head}  rules:\n${rules}`;
}

export async function applyRules(application: Application, rules: string, head = ''): Promise<string | undefined> {
  const documents = [{ file: 'rules.yaml', text: rulesDocument(rules, head) }];
  return (await call(application, postApply, { body: { documents } })).applied[0]?.outcome;
}

/** Cost by a dimension, as `{ value: amount }`; rows without one as `unallocated`. */
export async function readCostBy(
  application: Application,
  by: string,
  period?: string,
): Promise<Record<string, string | null>> {
  const { rows } = await call(application, costSummary, { query: { by, ...(period === undefined ? {} : { period }) } });
  return Object.fromEntries(rows.map((row) => [row[by] ?? 'unallocated', row.amount ?? null]));
}
