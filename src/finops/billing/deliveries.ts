import type { Lake } from '../../platform/lake/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { billRows } from './bill-rows.ts';
import { countFindings, readUnitFacts, type UnitFacts } from './facts.ts';
import { computePeriodState, DEFAULT_PROVISIONAL_DAYS } from './period-state.ts';
import type { Delivery } from './schema.ts';
import {
  type DeliveryPage,
  type DeliveryUnit,
  findDeliveries,
  findDeliveryUnitPage,
  type StoredDelivery,
  saveFacts,
} from './store.ts';
import { findProvisionalDays, findStanding, findStandingUnits, type StandingUnit } from './units/index.ts';

export interface DeliveriesDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
}

/**
 * Deliveries for display, all or those on hold, oldest first, each with the sequence after which the next page starts.
 */
export async function listDeliveryUnits(
  deps: DeliveriesDeps,
  { held, ...page }: Omit<DeliveryPage, 'units'> & { readonly held: boolean },
): Promise<{ sequence: number; delivery: Delivery }[]> {
  const standing = await findStandingUnits(deps.store);
  const units = await findDeliveryUnitPage(deps.store, { ...page, units: held ? listHeldUnits(standing) : null });
  const deliveries = await findDeliveries(deps.store, [...new Set(units.map(({ delivery }) => delivery))]);
  const days = await findProvisionalDays(deps.store);
  const shown: { sequence: number; delivery: Delivery }[] = [];
  for (const unit of units) {
    const stored = deliveries.get(unit.delivery);
    if (stored === undefined) throw new Error(`delivery ${unit.delivery} has units but no record`);
    const facts = unit.facts ?? (await readFacts(deps, unit));
    const state = findUnitState(deps.clock, unit, days);
    shown.push({ sequence: unit.sequence, delivery: { ...buildListedUnit(unit, stored, standing, facts), state } });
  }
  return shown;
}

function listHeldUnits(standing: readonly StandingUnit[]): DeliveryPage['units'] {
  const held = standing.filter((unit) => unit.held);
  return { partitions: held.map(({ partition }) => partition), deliveries: held.map(({ delivery }) => delivery) };
}

/** Facts of a delivery from before facts were stored: computed once from its rows. */
async function readFacts(deps: DeliveriesDeps, unit: DeliveryUnit): Promise<UnitFacts> {
  const facts = await readUnitFacts(deps.lake, await deps.lake.filesById(deps.store, billRows, unit.lakeFiles));
  await saveFacts(deps.store, unit.sequence, facts);
  return facts;
}

function findUnitState(clock: Clock, unit: DeliveryUnit, days: ReadonlyMap<string, number>): Delivery['state'] {
  if (unit.period === null) return null;
  return computePeriodState(unit.period, days.get(unit.source) ?? DEFAULT_PROVISIONAL_DAYS, clock.now());
}

function buildListedUnit(
  unit: DeliveryUnit,
  stored: StoredDelivery,
  units: readonly StandingUnit[],
  facts: UnitFacts,
): Omit<Delivery, 'state'> {
  const { standing, reason } = findStanding(unit, units);
  const [from, to] = [facts.chargeDays.at(0), facts.chargeDays.at(-1)];
  return {
    delivery: unit.delivery,
    source: unit.source,
    export: unit.exportName,
    dataset: unit.dataset,
    scope: unit.scope,
    period: unit.period,
    receivedAt: unit.receivedAt,
    producedAt: unit.producedAt,
    producerId: stored.producerId,
    rows: unit.rows,
    rejectedRows: stored.rejectedRows,
    findings: countFindings(facts),
    current: standing === 'current',
    standing,
    reason,
    chargeDates: from === undefined || to === undefined ? null : { from, to, days: facts.chargeDays.length },
    totals: facts.totals,
    files: stored.files.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })),
  };
}
