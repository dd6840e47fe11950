import type { Events } from '../../platform/events/index.ts';
import type { Lake, StagedFile } from '../../platform/lake/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { type BillUnit, billRows, shownExport, unitExport, unitPartition } from './bill-rows.ts';
import { unitFacts } from './facts.ts';
import { type ComparedUnit, overlapPair, overlapReason } from './overlap.ts';
import { DEFAULT_PROVISIONAL_DAYS, periodState } from './period-state.ts';
import type { UnitChange } from './schema.ts';
import { type Overlap, resolveShadows } from './standings.ts';
import { unitsOfDelivery } from './store.ts';
import {
  findOverlaps,
  provisionalDaysBySource,
  type StandingUnit,
  type StoredOverlap,
  standingUnits,
} from './unit-store.ts';

/** What is derived from bill rows elsewhere and must change in the same instant (allocations). */
export interface BillDeriver {
  /** Derives with the change applied to the current bill; nothing of it is visible until it is swapped in. */
  derive(sql: Sql, change: BillChange): Promise<BillDerivation>;
  /** Checks the files that were derived of billing periods (YYYY-MM) and makes those anew that are missing or damaged. */
  heal(sql: Sql, periods: readonly string[]): Promise<void>;
  /** Takes what was derived of deleted bill files out of the lake's manifests, in the transaction; answers these files. */
  forget(sql: Sql, deleted: readonly DeletedUnitRows[]): Promise<StagedFile[]>;
  /** The files that `forget` would take out. */
  derivedOf(sql: Sql, deleted: readonly DeletedUnitRows[]): Promise<StagedFile[]>;
}
export interface BillDerivation {
  /** In the transaction, without long work. Error: `Outdated` where rules or other units have changed since. */
  swapIn(sql: Sql): Promise<void>;
  /** After `Outdated`, outside the transaction: derives again. */
  refresh(): Promise<void>;
  discard(): Promise<void>;
}

/** Current files of the `remove` partitions go, those of `add` come, in one transaction. */
export interface BillChange {
  readonly remove: readonly string[];
  readonly add: readonly StagedFile[];
}

/** Rows of one unit of a delivery that is deleted. */
export interface DeletedUnitRows {
  readonly partition: string;
  /** YYYY-MM */
  readonly period: string;
  /** Ids of its files of the bill. */
  readonly lakeFiles: readonly string[];
}

export interface LedgerDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly events: Pick<Events, 'append'>;
  readonly clock: Clock;
  readonly deriver: BillDeriver;
}

/** A unit as an act wants it: which delivery stands for it, and with what claim where a person decided about that. */
export interface IntendedUnit extends ComparedUnit {
  readonly partition: string;
  readonly delivery: string;
  readonly claim?: { readonly preference: number | null; readonly beside: boolean };
}

/** Everything that an act changes, worked out before anything is. */
export interface Plan {
  readonly units: readonly StandingUnit[];
  /** Units without a current delivery afterwards. */
  readonly gone: readonly StandingUnit[];
  readonly overlaps: readonly StoredOverlap[];
  /** Pairs that were compared anew, in the form of `overlaps`; what is not in there does not overlap any more. */
  readonly compared: readonly Omit<StoredOverlap, 'reason'>[];
  readonly changes: readonly UnitChange[];
  readonly lake: BillChange;
}

/**
 * Works out what an act would change. Ask and apply within one turn, or another act may change the bill in between. `gone` are
 * current units that have no delivery afterwards.
 */
export async function planChange(
  deps: LedgerDeps,
  intended: readonly IntendedUnit[],
  gone: readonly StandingUnit[] = [],
): Promise<Plan> {
  const periods = [...new Set([...intended, ...gone].map(({ period }) => period))].toSorted();
  const before = await standingUnits(deps.store);
  const isGone = new Set(gone.map(({ partition }) => partition));
  const next = nextUnits(before, intended).filter(({ partition }) => !isGone.has(partition));
  const here = next.filter(({ period }) => periods.includes(period));
  const known = await findOverlaps(deps.store);
  const { overlaps, compared } = await compareAll(deps, here, intended, known);
  const isCompared = (overlap: StoredOverlap) => compared.some((pair) => samePair(pair, overlap));
  const kept = known.filter((overlap) => periods.includes(overlap.period) && !isCompared(overlap));
  const resolved = periods.flatMap((period) => resolvePeriod(period, here, [...kept, ...overlaps]));
  const units = resolved.filter((unit) => !isSame(unit, before));
  const changes = await changesOf(deps, before, units, gone);
  return { units, gone, overlaps, compared, changes, lake: await lakeChange(deps, changes, intended) };
}

function nextUnits(before: readonly StandingUnit[], intended: readonly IntendedUnit[]): StandingUnit[] {
  const next = new Map(before.map((unit) => [unit.partition, unit]));
  let arrival = Math.max(0, ...before.map((unit) => unit.arrival));
  for (const unit of intended) {
    const { partition, source, exportName, dataset, scope, period, delivery, claim } = unit;
    const existing = next.get(partition);
    // An export keeps from month to month the claim that it had, and what a person decided about it.
    const inherited = existing ?? latestOfExport([...next.values()], unit);
    if (inherited === undefined) arrival += 1;
    const stood = { arrival, preference: null, beside: false, ...inherited, ...claim };
    next.set(partition, {
      ...{ partition, source, exportName, dataset, scope, period, delivery },
      ...{ arrival: stood.arrival, preference: stood.preference, beside: stood.beside },
      ...{ shadowedBy: existing?.shadowedBy ?? null, shadowReason: existing?.shadowReason ?? null },
    });
  }
  return [...next.values()];
}

function latestOfExport(units: readonly StandingUnit[], unit: BillUnit): StandingUnit | undefined {
  const same = units.filter((other) => unitExport(other) === unitExport(unit));
  return same.toSorted((a, b) => (a.period < b.period ? 1 : -1))[0];
}

/** Compares every intended unit with every other of its period, each pair once. */
async function compareAll(
  deps: LedgerDeps,
  here: readonly StandingUnit[],
  intended: readonly IntendedUnit[],
  known: readonly StoredOverlap[],
): Promise<{ overlaps: StoredOverlap[]; compared: Omit<StoredOverlap, 'reason'>[] }> {
  const overlaps: StoredOverlap[] = [];
  const compared: Omit<StoredOverlap, 'reason'>[] = [];
  for (const unit of intended) {
    for (const other of here.filter((one) => one.period === unit.period && one.partition !== unit.partition)) {
      const [one, second] = overlapPair(unit, other);
      const pair = { one, other: second, period: unit.period };
      if (compared.some((done) => samePair(done, pair))) continue;
      compared.push(pair);
      const reason = await overlapReason(deps.lake, unit, await comparable(deps, other, intended), known);
      if (reason !== null) overlaps.push({ ...pair, reason });
    }
  }
  return { overlaps, compared };
}

function samePair(a: Omit<StoredOverlap, 'reason'>, b: Omit<StoredOverlap, 'reason'>): boolean {
  return a.one === b.one && a.other === b.other && a.period === b.period;
}

async function comparable(
  deps: Pick<LedgerDeps, 'store' | 'lake'>,
  unit: StandingUnit,
  intended: readonly IntendedUnit[],
): Promise<ComparedUnit> {
  const coming = intended.find(({ partition }) => partition === unit.partition);
  if (coming !== undefined) return coming;
  const { facts, files } = await contentOf(deps, unit.delivery, unit.partition);
  return { ...unit, facts, files };
}

/** What a delivery holds of a unit; for one from before facts were kept they are read from its rows. */
export async function contentOf(
  deps: Pick<LedgerDeps, 'store' | 'lake'>,
  delivery: string,
  partition: string,
): Promise<Pick<ComparedUnit, 'facts' | 'files'>> {
  const unit = (await unitsOfDelivery(deps.store, delivery)).find((held) => held.partition === partition);
  if (unit === undefined) throw new Error(`delivery ${delivery} holds nothing of ${partition}`);
  const files = await deps.lake.filesById(deps.store, billRows, unit.lakeFiles);
  return { facts: unit.facts ?? (await unitFacts(deps.lake, files)), files };
}

function resolvePeriod(
  period: string,
  units: readonly StandingUnit[],
  found: readonly StoredOverlap[],
): StandingUnit[] {
  const here = units.filter((unit) => unit.period === period);
  const byExport = new Map(here.map((unit) => [unitExport(unit), unit]));
  const overlaps = found.flatMap((overlap): Overlap[] => {
    const [one, other] = [byExport.get(overlap.one), byExport.get(overlap.other)];
    if (overlap.period !== period || one === undefined || other === undefined) return [];
    return [{ one: one.partition, other: other.partition, reason: overlap.reason }];
  });
  const shadows = resolveShadows(here, overlaps);
  return here.map((unit) => {
    const shadow = shadows.get(unit.partition) ?? null;
    const by = here.find(({ partition }) => partition === shadow?.by);
    if (shadow === null || by === undefined) return { ...unit, shadowedBy: null, shadowReason: null };
    const shadowReason = `counted from ${shownExport(by)} already: ${shadow.reason}`;
    return { ...unit, shadowedBy: shadow.by, shadowReason };
  });
}

function isSame(unit: StandingUnit, before: readonly StandingUnit[]): boolean {
  const was = before.find(({ partition }) => partition === unit.partition);
  return was !== undefined && JSON.stringify(comparedFields(was)) === JSON.stringify(comparedFields(unit));
}

function comparedFields(unit: StandingUnit): unknown[] {
  return [unit.delivery, unit.preference, unit.beside, unit.shadowedBy, unit.shadowReason];
}

async function changesOf(
  deps: Pick<LedgerDeps, 'store' | 'clock'>,
  before: readonly StandingUnit[],
  units: readonly StandingUnit[],
  gone: readonly StandingUnit[],
): Promise<UnitChange[]> {
  const days = await provisionalDaysBySource(deps.store);
  const pairs = [
    ...units.map((unit) => ({ unit, now: countedDelivery(unit) })),
    ...gone.map((unit) => ({ unit, now: null })),
  ];
  return pairs.flatMap(({ unit, now }): UnitChange[] => {
    const was = before.find(({ partition }) => partition === unit.partition);
    const old = was === undefined ? null : countedDelivery(was);
    if (old === now) return [];
    const { source, exportName, dataset, scope, period } = unit;
    const state = periodState(period, days.get(source) ?? DEFAULT_PROVISIONAL_DAYS, deps.clock.now());
    return [{ source, export: exportName, dataset, scope, period, state, before: old, after: now }];
  });
}

function countedDelivery(unit: StandingUnit): string | null {
  return unit.shadowedBy === null ? unit.delivery : null;
}

async function lakeChange(
  deps: Pick<LedgerDeps, 'store' | 'lake'>,
  changes: readonly UnitChange[],
  intended: readonly IntendedUnit[],
): Promise<BillChange> {
  const add: StagedFile[] = [];
  for (const change of changes) {
    if (change.after === null) continue;
    const partition = partitionOf(change);
    const coming = intended.find((unit) => unit.partition === partition && unit.delivery === change.after);
    add.push(...(coming ?? (await contentOf(deps, change.after, partition))).files);
  }
  return { remove: changes.filter(({ before }) => before !== null).map(partitionOf), add };
}

export function partitionOf({ export: exportName, ...unit }: UnitChange): string {
  return unitPartition({ ...unit, exportName });
}
