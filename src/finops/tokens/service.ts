import type { z } from 'zod';
import type { FindSubjectOwner } from '../../org/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import type { ManifestOutcome } from '../../platform/manifests/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { billRows } from '../billing/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { meterColumns } from './bill-meters.ts';
import type { Catalogue } from './catalogue.ts';
import { buildListedPrices, findClashingPrice, type ListedPrice } from './price-list.ts';
import { createPricing, type PriceOf } from './pricing.ts';
import { buildBilledMetersSql, reconcile, rowToBilledMeter } from './reconciliation.ts';
import { TokenPricesSpec, type tokenReconciliation } from './schema.ts';
import { findPriceLists, putPriceList, type StoredPriceList } from './store.ts';

export interface TokensDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  readonly catalogue: () => Promise<Catalogue>;
  readonly ownerOf: FindSubjectOwner;
}

/** Current prices from the lists. */
export async function readCurrentPrices(deps: Pick<TokensDeps, 'catalogue'>, sql: Sql): Promise<PriceOf> {
  const [lists, catalogue] = await Promise.all([findPriceLists(sql), deps.catalogue()]);
  return createPricing(lists.flatMap(parsePriceList), catalogue);
}

/** The stored spec passed the schema once. It is parsed again, because the column type is plain text. */
function parsePriceList({ name, version, spec }: StoredPriceList): ListedPrice[] {
  return buildListedPrices(name, version, TokenPricesSpec.parse(JSON.parse(spec)));
}

/** Replaces the list of this name. Errors: `manifest_invalid` when another list already prices a model of it. */
export async function applyPriceList(
  clock: Clock,
  sql: Sql,
  name: string,
  spec: z.infer<typeof TokenPricesSpec>,
): Promise<ManifestOutcome> {
  const lists = await findPriceLists(sql);
  const before = lists.find((list) => list.name === name);
  const text = JSON.stringify(spec);
  if (before?.spec === text) return 'unchanged';
  const version = (before?.version ?? 0) + 1;
  const own = buildListedPrices(name, version, spec);
  const clash = findClashingPrice(own, lists.filter((list) => list.name !== name).flatMap(parsePriceList));
  if (clash !== null) {
    const detail = `TokenPrices "${name}": ${clash.model} is already priced by ${clash.list} from ${clash.effectiveFrom}. Keep it in one list.`;
    throw new AppError('manifest_invalid', detail, { list: name, model: clash.model });
  }
  await putPriceList(sql, { name, version, spec: text, appliedAt: new Date(clock.now()).toISOString() });
  return before === undefined ? 'created' : 'changed';
}

/** Catalogue against bill, over the current deliveries. */
export async function reconcileBill(
  deps: TokensDeps,
  metric: CostMetric,
  period: string | undefined,
): Promise<z.infer<typeof tokenReconciliation.response>> {
  const bill = await deps.lake.relation(deps.store, billRows, { others: meterColumns });
  const [found, catalogue, priceOf] = await Promise.all([
    deps.lake.queryKept(buildBilledMetersSql(bill, metric, period)),
    deps.catalogue(),
    readCurrentPrices(deps, deps.store),
  ]);
  return { metric, ...reconcile(found.map(rowToBilledMeter), catalogue, priceOf) };
}
