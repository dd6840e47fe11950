import type { ServingUse } from '../../mlops/gateway/index.ts';
import type { HeldResource } from '../../mlops/replicas/index.ts';
import type { ReplicaPrices } from '../../mlops/serving/index.ts';
import type { Events } from '../../platform/events/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Decisions } from '../decisions/index.ts';
import type { PriceTable, ReadLiveScores } from './evidence.ts';

export interface OptimizationDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
  readonly events: Pick<Events, 'append'>;
  readonly serving: Pick<ServingUse, 'changes' | 'armSpans' | 'writtenSpans'>;
  readonly readScores: ReadLiveScores;
  readonly prices: ReplicaPrices;
  readonly recordAct: Decisions['recordAct'];
  /** Team of a registered model; null: none. */
  readonly teamOf: (sql: Sql, model: string) => Promise<string | null>;
  /** Reason why a budget forbids more spending: it is exhausted or unknown; null while it has money. */
  readonly explainBudget: (sql: Sql, budget: string) => Promise<string | null>;
}

/** Prices now of the resources that are held; several currencies make no table. */
export async function readPrices(
  { prices, store }: Pick<OptimizationDeps, 'prices' | 'store'>,
  held: readonly HeldResource[],
): Promise<PriceTable> {
  const known = new Map<string, number>();
  const currencies = new Set<string>();
  for (const one of held) {
    const price = await prices.of(store, one);
    if (price === null) continue;
    known.set(keyOf(one), Number(price.amount));
    if (price.currency !== null) currencies.add(price.currency);
  }
  const [currency = null] = currencies;
  const isOne = currencies.size <= 1;
  return {
    currency: isOne ? currency : null,
    perHour: (resource, quantity) => (isOne ? (known.get(keyOf({ resource, quantity })) ?? null) : null),
  };
}

function keyOf({ resource, quantity }: HeldResource): string {
  return `${quantity} x ${resource}`;
}

export function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}
