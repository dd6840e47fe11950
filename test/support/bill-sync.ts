import { setTimeout as pause } from 'node:timers/promises';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { getSync, type Sync, startSyncs } from '../../src/finops/sources/schema.ts';
import type { Application } from '../../src/main.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { call } from '../../src/testing/application.ts';

/** Applies a `BillSource` whose spec is given as JSON. */
export async function applySource(application: Application, name: string, spec: object): Promise<void> {
  const document = { apiVersion: 'steelyard/v1', kind: 'BillSource', metadata: { name }, spec };
  // JSON is YAML.
  await call(application, postApply, {
    body: { documents: [{ file: 'source.yaml', text: JSON.stringify(document) }] },
  });
}

/** Syncs a source by hand and waits for the end. */
export async function syncSource(application: Application, source: string): Promise<Sync> {
  const { syncs } = await call(application, startSyncs, { body: { source } });
  const params = { sync: syncs[0]?.sync ?? '' };
  for (;;) {
    const sync = await call(application, getSync, { params });
    if (sync.endedAt !== null) return sync;
    await pause(20); // the queue runs concurrently, so the test has to poll
  }
}

/** `daily 2026-10 imported 3` for each delivery. */
export function outcomes({ deliveries }: Sync): string[] {
  return deliveries.map(({ export: name, period, outcome, rows }) => `${name} ${period} ${outcome} ${rows}`);
}

/** The exact billed cost of everything; null when there is no bill. */
export async function billedTotal(application: Application): Promise<string | null> {
  const { totals } = await call(application, costSummary, { query: { by: 'serviceName', metric: 'billedCost' } });
  return totals[0]?.amount ?? null;
}

/** A FOCUS bill of a month with one row for each amount. */
export function focusBill(month: string, ...amounts: readonly string[]): string {
  const header = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceName,SubAccountId';
  const rows = amounts.map((amount, index) => {
    const day = String((index % 28) + 1).padStart(2, '0');
    return `${amount},USD,${month}-01T00:00:00Z,${month}-${day}T00:00:00Z,EC2,a-1`;
  });
  return `${[header, ...rows].join('\n')}\n`;
}
