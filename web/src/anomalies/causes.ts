import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import type { AnomaliesSearch } from './anomalies-search.ts';
import { formatTitle } from './words.ts';

/** Anomalies of one cause: the same SKU, or service, measure and direction. */
export interface Cause {
  readonly key: string;
  /** Name of the SKU or service; of a single anomaly, its title. */
  readonly name: string;
  readonly anomalies: readonly Anomaly[];
  /** Sum of the impacts; null without a known one. */
  readonly impact: string | null;
  readonly currency: string | null;
}

/** Groups anomalies by cause, in the order of the first of each. */
export function groupByCause(anomalies: readonly Anomaly[]): Cause[] {
  return [...Map.groupBy(anomalies, buildKey)].map(([key, all]) => {
    const [first] = all;
    const known = all.flatMap(({ impact }) => impact ?? []);
    const impact = known.length === 0 ? null : decimalString(known.reduce((sum, one) => sum.plus(one), decimal(0)));
    const title = first === undefined ? '' : formatTitle(first);
    return {
      ...{ key, anomalies: all, impact, currency: first?.currency ?? null },
      name: all.length === 1 ? title : (title.split(' · ')[0] ?? title),
    };
  });
}

const SKU = ['skuId', 'skuMeter', 'chargeDescription'];

function buildKey({ id, measure, direction, currency, counts, slice }: Anomaly): string {
  const sku = slice.find(({ dimension }) => SKU.includes(dimension))?.value;
  const what = sku ?? slice.find(({ dimension }) => dimension === 'serviceName')?.value;
  return what === undefined ? id : JSON.stringify([what, measure, direction, currency, counts]);
}

/** Whether an anomaly has the chosen least impact; without a choice, whether it is not minor. One of unknown impact has it. */
export function hasImpact(
  { impact, isMinor }: Pick<Anomaly, 'impact' | 'isMinor'>,
  least: AnomaliesSearch['impact'],
): boolean {
  if (least === 'all') return true;
  if (least === undefined) return !isMinor;
  return impact === null || decimal(impact).abs().greaterThanOrEqualTo(least);
}
