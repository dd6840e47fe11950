import type { Events } from '../../../platform/events/index.ts';
import type { Lake, StagedFile } from '../../../platform/lake/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { type BillUnit, billRows, buildUnitExport, buildUnitPartition, formatExport } from '../bill-rows.ts';
import { readUnitFacts } from '../facts.ts';
import { computePeriodState, DEFAULT_PROVISIONAL_DAYS } from '../period-state.ts';
import type { UnitChange } from '../schema.ts';
import { findUnitsOfDelivery } from '../store.ts';
import { type ComparedUnit, compareUnits } from './overlap.ts';
import { type Overlap, resolveShadows } from './standings.ts';
import {
  type ExportPair,
  findOverlapDecisions,
  findOverlaps,
  findProvisionalDays,
  findStandingUnits,
  type OverlapDecision,
  type StandingUnit,
  type StoredOverlap,
} from './unit-store.ts';

/** Keeps data derived from bill rows (allocations) consistent with them in the same transaction. */
export interface BillDeriver {
  /** Derives with the change applied to the current bill; the result stays invisible until `swapIn`. */
  derive(sql: Sql, change: BillChange): Promise<BillDerivation>;
  /** Verifies the derived files of billing periods (YYYY-MM) and rebuilds missing or damaged ones. */
  heal(sql: Sql, periods: readonly string[]): Promise<void>;
  /**
   * Removes the files derived from deleted bill files from the lake's manifests, in the transaction; returns these
   * files.
   */
  forget(sql: Sql, deleted: readonly DeletedUnitRows[]): Promise<StagedFile[]>;
  /** The files that `forget` would remove. */
  derivedOf(sql: Sql, deleted: readonly DeletedUnitRows[]): Promise<StagedFile[]>;
}
export interface BillDerivation {
  /** Runs in the transaction, without long work. Error: `Outdated` where rules or other units have changed since. */
  swapIn(sql: Sql): Promise<void>;
  /** After `Outdated`, outside the transaction: derives again. */
  refresh(): Promise<void>;
  discard(): Promise<void>;
}

/** Replaces the current files of the `remove` partitions by those of `add`, in one transaction. */
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

/** Target state of a unit after an operation: its active delivery, and the decisions about its overlaps. */
export interface IntendedUnit extends ComparedUnit {
  readonly partition: string;
  readonly delivery: string;
  readonly decides?: Deciding;
}

/** Selects overlaps of a unit and the decision for them: this unit counts instead of the other one, or both count. */
export interface Deciding {
  readonly overlaps: 'all' | 'undecided';
  readonly counts: 'this' | 'both';
}

/** All changes of an operation, computed before any is applied. */
export interface Plan {
  readonly units: readonly StandingUnit[];
  /** Units without a current delivery afterwards. */
  readonly gone: readonly StandingUnit[];
  readonly overlaps: readonly StoredOverlap[];
  /** Compared pairs; a pair that is missing in `overlaps` no longer overlaps. */
  readonly compared: readonly ExportPair[];
  /** Overlap decisions made by this operation. */
  readonly decisions: readonly OverlapDecision[];
  /** Pairs in which one unit does not count until a person decides. */
  readonly undecided: readonly Undecided[];
  readonly changes: readonly UnitChange[];
  readonly lake: BillChange;
}

/** Two units that may contain the same charges: one counts, one is held. */
export interface Undecided {
  readonly held: StandingUnit;
  readonly counted: StandingUnit;
  /** Overlap of the two units, as text. */
  readonly reason: string;
}

/**
 * Computes the changes of an operation. Plan and apply inside one call of `exclusive`, so that no other operation
 * changes the bill in between. `gone` are current units that have no delivery afterwards.
 */
export async function planChange(
  deps: LedgerDeps,
  intended: readonly IntendedUnit[],
  gone: readonly StandingUnit[] = [],
): Promise<Plan> {
  const periods = [...new Set([...intended, ...gone].map(({ period }) => period))].toSorted();
  const before = await findStandingUnits(deps.store);
  const isGone = new Set(gone.map(({ partition }) => partition));
  const next = computeNextUnits(before, intended).filter(({ partition }) => !isGone.has(partition));
  const here = next.filter(({ period }) => periods.includes(period));
  const known = (await findOverlaps(deps.store)).filter(({ period }) => periods.includes(period));
  const { overlaps, compared } = await compareAll(deps, here, intended, known);
  const kept = known.filter((overlap) => !compared.some((pair) => isSamePair(pair, overlap)));
  const decided = await findOverlapDecisions(deps.store);
  const decisions = buildNewDecisions(intended, [...kept, ...overlaps], decided);
  const found = [...kept, ...overlaps].map((overlap) => ({
    ...overlap,
    decision: findDecision(overlap, [...decided, ...decisions]),
  }));
  const resolved = periods.flatMap((period) => resolvePeriod(period, here, found));
  const units = resolved.filter((unit) => !isSame(unit, before));
  const changes = await buildUnitChanges(deps, before, units, gone);
  const undecided = findUndecided(resolved, found);
  const lake = await buildLakeChange(deps, changes, intended);
  return { units, gone, overlaps, compared, decisions, undecided, changes, lake };
}

function findUndecided(units: readonly StandingUnit[], overlaps: readonly StoredOverlap[]): Undecided[] {
  return units
    .filter(({ held }) => held)
    .flatMap((held) => {
      const counted = units.find(({ partition }) => partition === held.shadowedBy);
      if (counted === undefined) return [];
      const [one, other] = orderPair(held, counted);
      const pair = { one: buildUnitExport(one), other: buildUnitExport(other), period: held.period };
      const overlap = overlaps.find((known) => isSamePair(known, pair));
      return overlap === undefined ? [] : [{ held, counted, reason: overlap.reason }];
    });
}

function computeNextUnits(before: readonly StandingUnit[], intended: readonly IntendedUnit[]): StandingUnit[] {
  const next = new Map(before.map((unit) => [unit.partition, unit]));
  let arrival = Math.max(0, ...before.map((unit) => unit.arrival));
  for (const unit of intended) {
    const { partition, source, exportName, dataset, scope, period, delivery } = unit;
    const existing = next.get(partition);
    // An export keeps its claim from month to month.
    const inherited = existing ?? findLatestOfExport([...next.values()], unit);
    if (inherited === undefined) arrival += 1;
    const { shadowedBy = null, shadowReason = null, held = false } = existing ?? {};
    const own = { partition, source, exportName, dataset, scope, period, delivery };
    next.set(partition, { ...own, arrival: inherited?.arrival ?? arrival, shadowedBy, shadowReason, held });
  }
  return [...next.values()];
}

function findLatestOfExport(units: readonly StandingUnit[], unit: BillUnit): StandingUnit | undefined {
  const same = units.filter((other) => buildUnitExport(other) === buildUnitExport(unit));
  return same.toSorted((a, b) => (a.period < b.period ? 1 : -1))[0];
}

/**
 * Compares each intended unit with every other unit of its period, and recompares pairs compared only by amounts; each
 * pair once.
 */
async function compareAll(
  deps: LedgerDeps,
  here: readonly StandingUnit[],
  intended: readonly IntendedUnit[],
  known: readonly StoredOverlap[],
): Promise<{ overlaps: StoredOverlap[]; compared: ExportPair[] }> {
  const isIntended = ({ partition }: StandingUnit) => intended.some((unit) => unit.partition === partition);
  const isOld = (pair: ExportPair) => known.some((overlap) => overlap.kind === 'amounts' && isSamePair(overlap, pair));
  const overlaps: StoredOverlap[] = [];
  const compared: ExportPair[] = [];
  for (const [index, one] of here.entries()) {
    for (const other of here.slice(index + 1).filter(({ period }) => period === one.period)) {
      const [first, second] = orderPair(one, other);
      const pair = { one: buildUnitExport(first), other: buildUnitExport(second), period: one.period };
      if (!isIntended(one) && !isIntended(other) && !isOld(pair)) continue;
      compared.push(pair);
      const [left, right] = [
        await readComparableUnit(deps, first, intended),
        await readComparableUnit(deps, second, intended),
      ];
      const likeness = await compareUnits(deps.lake, left, right);
      if (likeness === null) continue;
      const larger = likeness.larger === null ? null : pair[likeness.larger];
      overlaps.push({ ...pair, kind: likeness.kind, larger, reason: likeness.reason });
    }
  }
  return { overlaps, compared };
}

function orderPair(one: StandingUnit, other: StandingUnit): readonly [StandingUnit, StandingUnit] {
  return buildUnitExport(one) < buildUnitExport(other) ? [one, other] : [other, one];
}

function isSamePair(a: ExportPair, b: ExportPair): boolean {
  return isOfExports(a, b) && a.period === b.period;
}

function isOfExports(a: Omit<ExportPair, 'period'>, b: Omit<ExportPair, 'period'>): boolean {
  return a.one === b.one && a.other === b.other;
}

/** Overlap decisions that the operation makes for its units. */
function buildNewDecisions(
  intended: readonly IntendedUnit[],
  overlaps: readonly StoredOverlap[],
  decided: readonly OverlapDecision[],
): OverlapDecision[] {
  return intended.flatMap((unit) => {
    if (unit.decides === undefined) return [];
    const { overlaps: which, counts } = unit.decides;
    const own = buildUnitExport(unit);
    return overlaps
      .filter(({ one, other, period }) => period === unit.period && (one === own || other === own))
      .filter((overlap) => which === 'all' || (overlap.kind === 'unclear' && findDecision(overlap, decided) === null))
      .map(({ one, other, period }) => ({ one, other, period, counts: counts === 'both' ? 'both' : own }));
  });
}

/**
 * Decision about two exports for this period: the latest one up to the period, else the first one after it. Within a
 * period, the last decision wins.
 */
function findDecision(pair: ExportPair, decisions: readonly OverlapDecision[]): string | null {
  const own = decisions
    .filter((decision) => isOfExports(decision, pair))
    .toSorted((a, b) => (a.period < b.period ? -1 : 1));
  const decision = own.findLast(({ period }) => period <= pair.period) ?? own[0];
  return decision?.counts ?? null;
}

async function readComparableUnit(
  deps: Pick<LedgerDeps, 'store' | 'lake'>,
  unit: StandingUnit,
  intended: readonly IntendedUnit[],
): Promise<ComparedUnit> {
  const coming = intended.find(({ partition }) => partition === unit.partition);
  if (coming !== undefined) return coming;
  const { facts, files } = await readUnitContent(deps, unit.delivery, unit.partition);
  return { ...unit, facts, files };
}

/** Facts and files of a unit in a delivery; facts missing from older deliveries are computed from the rows. */
export async function readUnitContent(
  deps: Pick<LedgerDeps, 'store' | 'lake'>,
  delivery: string,
  partition: string,
): Promise<Pick<ComparedUnit, 'facts' | 'files'>> {
  const unit = (await findUnitsOfDelivery(deps.store, delivery)).find((held) => held.partition === partition);
  if (unit === undefined) throw new Error(`delivery ${delivery} holds nothing of ${partition}`);
  const files = await deps.lake.filesById(deps.store, billRows, unit.lakeFiles);
  const { facts } = unit;
  return { facts: facts?.identifiedBy === undefined ? await readUnitFacts(deps.lake, files) : facts, files };
}

function resolvePeriod(
  period: string,
  units: readonly StandingUnit[],
  found: readonly (StoredOverlap & { readonly decision: string | null })[],
): StandingUnit[] {
  const here = units.filter((unit) => unit.period === period);
  const byExport = new Map(here.map((unit) => [buildUnitExport(unit), unit.partition]));
  const overlaps = found.flatMap((overlap): Overlap[] => {
    const [one, other] = [byExport.get(overlap.one), byExport.get(overlap.other)];
    const { reason, kind, decision, larger } = overlap;
    if (overlap.period !== period || one === undefined || other === undefined || decision === 'both') return [];
    const winner = byExport.get(decision ?? larger ?? '') ?? null;
    return [{ one, other, reason, winner, undecided: kind === 'unclear' && decision === null }];
  });
  const shadows = resolveShadows(here, overlaps);
  return here.map((unit) => {
    const shadow = shadows.get(unit.partition) ?? null;
    const by = here.find(({ partition }) => partition === shadow?.by);
    if (shadow === null || by === undefined) return { ...unit, shadowedBy: null, shadowReason: null, held: false };
    const how = shadow.undecided
      ? `possible duplicate of ${formatExport(by)}, which counts`
      : `counted from ${formatExport(by)} already`;
    return { ...unit, shadowedBy: shadow.by, shadowReason: `${how}: ${shadow.reason}`, held: shadow.undecided };
  });
}

function isSame(unit: StandingUnit, before: readonly StandingUnit[]): boolean {
  const was = before.find(({ partition }) => partition === unit.partition);
  return was !== undefined && JSON.stringify(listComparedFields(was)) === JSON.stringify(listComparedFields(unit));
}

function listComparedFields(unit: StandingUnit): unknown[] {
  return [unit.delivery, unit.shadowedBy, unit.shadowReason, unit.held];
}

async function buildUnitChanges(
  deps: Pick<LedgerDeps, 'store' | 'clock'>,
  before: readonly StandingUnit[],
  units: readonly StandingUnit[],
  gone: readonly StandingUnit[],
): Promise<UnitChange[]> {
  const days = await findProvisionalDays(deps.store);
  const pairs = [
    ...units.map((unit) => ({ unit, now: findCountedDelivery(unit) })),
    ...gone.map((unit) => ({ unit, now: null })),
  ];
  return pairs.flatMap(({ unit, now }): UnitChange[] => {
    const was = before.find(({ partition }) => partition === unit.partition);
    const old = was === undefined ? null : findCountedDelivery(was);
    if (old === now) return [];
    const { source, exportName, dataset, scope, period } = unit;
    const state = computePeriodState(period, days.get(source) ?? DEFAULT_PROVISIONAL_DAYS, deps.clock.now());
    return [{ source, export: exportName, dataset, scope, period, state, before: old, after: now }];
  });
}

function findCountedDelivery(unit: StandingUnit): string | null {
  return unit.shadowedBy === null ? unit.delivery : null;
}

async function buildLakeChange(
  deps: Pick<LedgerDeps, 'store' | 'lake'>,
  changes: readonly UnitChange[],
  intended: readonly IntendedUnit[],
): Promise<BillChange> {
  const add: StagedFile[] = [];
  for (const change of changes) {
    if (change.after === null) continue;
    const partition = buildChangePartition(change);
    const coming = intended.find((unit) => unit.partition === partition && unit.delivery === change.after);
    add.push(...(coming ?? (await readUnitContent(deps, change.after, partition))).files);
  }
  return { remove: changes.filter(({ before }) => before !== null).map(buildChangePartition), add };
}

export function buildChangePartition({ export: exportName, ...unit }: UnitChange): string {
  return buildUnitPartition({ ...unit, exportName });
}
