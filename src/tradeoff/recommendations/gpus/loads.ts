import type { GpuLoad } from '../../../finops/gpu-usage/index.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/units/durations.ts';
import { decimal, decimalString, formatMoneyText, type Money } from '../../../platform/units/index.ts';
import type { Finding, Window } from '../finder.ts';
import { buildGpuItemId } from '../savings/ledger.ts';
import { type Card, findCard } from './cards.ts';

/** Minimum time of readings for a recommendation. */
const LEAST_MS = 3 * HOUR_MS;
const GIB = 1024 ** 3;
/** Time without readings, before the last reading of its kind, from which on a GPU no longer reports: it was returned, or its exporter stopped. */
const SILENT_MS = 2 * DAY_MS;

/** A load of which utilization and memory are known for long enough. */
export type MeasuredLoad = GpuLoad & { readonly memoryMaxBytes: number };

/** Measured loads of one kind of GPU. */
export interface LoadGroup {
  /** Key of the price book. */
  readonly resource: string;
  readonly card: Card;
  readonly loads: readonly MeasuredLoad[];
}

/**
 * Loads by kind of GPU. `lacks`: missing input as text; null: none. GPUs that no longer report are left out.
 * Example: 16 loads of "gpu:H100" of 14 days -> one group of 16.
 */
export function groupLoads(all: readonly GpuLoad[]): { groups: LoadGroup[]; lacks: string | null } {
  const lacks = new Set<string>();
  const groups: LoadGroup[] = [];
  for (const [resource, ofKind] of Map.groupBy(all, (load) => load.resource)) {
    const card = resource === null ? null : findCard(resource);
    if (resource === null) lacks.add(`the model of ${ofKind.length} GPUs: import their readings with --resource`);
    else if (card === null) lacks.add(`the memory of "${resource}": name it like gpu:A100-80GB`);
    if (resource === null || card === null) continue;
    const last = findLastReading(ofKind);
    const reporting = ofKind.filter(({ readUntilMs }) => readUntilMs > last - SILENT_MS);
    const loads = reporting.filter(
      (load): load is MeasuredLoad => load.memoryMaxBytes !== null && load.spanMs >= LEAST_MS,
    );
    if (loads.length < reporting.length)
      lacks.add(`three hours of utilization and memory of ${reporting.length - loads.length} ${resource}`);
    groups.push({ resource, card, loads });
  }
  if (all.length === 0) lacks.add('GPU readings: steelyard gpu import');
  return { groups, lacks: [...lacks].join('; ') || null };
}

/** End of the last reading of loads, Unix milliseconds; 0 without loads. */
export function findLastReading(loads: readonly GpuLoad[]): number {
  return loads.reduce((last, { readUntilMs }) => Math.max(last, readUntilMs), 0);
}

/** A CUDA context alone takes some hundred MB, so a GPU with less memory in use is idle, and no workload has to move. */
const EMPTY_BYTES = 64 * 1024 ** 2;

/** Whether nothing runs on the GPU: the 95th percentile of utilization is 0, and the peak memory is below 64 MiB. */
export function isIdle({ utilizationP95, memoryMaxBytes }: MeasuredLoad): boolean {
  return utilizationP95 === 0 && memoryMaxBytes < EMPTY_BYTES;
}

/** Hours of all GPUs together that are kept with a recommendation: 14 days of a hundred. Of more GPUs fewer, four days at least. */
const MOST_HOURS = 33_600;
const FEWEST_HOURS = 96;

/** GPUs as items of a saving, each at its own price per hour; an item without a price has no currency. */
export function buildGpuItems(
  resource: string,
  loads: readonly MeasuredLoad[],
  window: Window,
): Finding['evidence']['items'] {
  const spanMs = Math.max(0, ...loads.map((load) => load.spanMs));
  const known = Math.max(1, Math.floor(Math.min(spanMs, window.end - window.start) / HOUR_MS));
  const hours = Math.min(known, Math.max(FEWEST_HOURS, Math.floor(MOST_HOURS / loads.length)));
  return loads.map(({ gpu, price }) => ({
    item: buildGpuItemId(gpu),
    what: `${resource} ${gpu}`,
    currency: price?.currency ?? null,
    start: new Date(window.end - hours * HOUR_MS).toISOString(),
    costs: Array.from({ length: hours }, () => (price === null ? null : decimalString(decimal(price.amount)))),
  }));
}

/** The prices of loads, each once: `gpu:H100 at $2.40 an hour`. Empty where none is known. */
export function listUnitPrices(resource: string, loads: readonly MeasuredLoad[]): string[] {
  const toText = (price: Money) => `${resource} at ${formatMoneyText(price)} an hour`;
  return [...new Set(loads.flatMap(({ price }) => (price === null ? [] : toText(price))))].toSorted();
}

/** `P95 20 %, 8.0 GiB peak`. */
export function formatLoad({ utilizationP95, memoryMaxBytes }: MeasuredLoad): string {
  return `P95 ${(utilizationP95 * 100).toFixed(0)} %, ${(memoryMaxBytes / GIB).toFixed(1)} GiB peak`;
}
