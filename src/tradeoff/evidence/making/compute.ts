import type { RunCost } from '../../../mlops/runs/schema.ts';
import { type Money, type Period, sumDecimals } from '../../../platform/units/index.ts';
import type { MakingCost, MakingPart, MakingRelation, MakingTotal } from './schema.ts';

/** A run of the making of a version. */
export interface MakingRun {
  readonly run: string;
  readonly relation: MakingRelation;
  /** Parent run within the group; null at the top. */
  readonly parent: string | null;
  /** null: the run no longer exists. */
  readonly facts: {
    readonly name: string;
    readonly status: string;
    /** Unix milliseconds; `endTime` null while it runs. */
    readonly startTime: number;
    readonly endTime: number | null;
  } | null;
  readonly step: { readonly name: string; readonly state: string } | null;
  /** True for the MLflow run of a pipeline run, which the server opens and which does no work itself. */
  readonly isContainer: boolean;
  /** Total cost of the run; null when no usage of it is known. */
  readonly total: RunCost['total'] | null;
}

export interface MakingFacts {
  /** The run of the version first. */
  readonly runs: readonly MakingRun[];
  readonly sharedWith: readonly string[];
  /** Reason why runs are missing; null when all were read. */
  readonly leftOut: string | null;
}

/**
 * Cost to make a version: the sum of the known costs of its runs. A run without own usage has its cost elsewhere where a run
 * above it that contains its time has a known cost (both ran in one process), or where it only groups runs with a known cost. Any
 * other unknown or partial part makes the sum a lower bound. Costs in several currencies are never added.
 *
 * @example three trials of 2, 3 and 4 USD below a sweep without usage -> 9 USD, own 3 (the second trial made the version), shared 6
 */
export function computeMakingCost({ runs, sharedWith, leftOut }: MakingFacts): MakingCost {
  const parts = buildParts(runs);
  const isOwn = ({ relation }: MakingPart) => relation === 'run' || relation === 'nested';
  const sum = sumParts(parts, leftOut);
  const isKnown = sum.cost !== null;
  return {
    ...sum,
    basis: isKnown ? chooseBasis(parts) : null,
    own: isKnown ? addKnown(parts.filter(isOwn)) : null,
    shared: isKnown ? addKnown(parts.filter((part) => !isOwn(part))) : null,
    sharedWith: [...sharedWith],
    window: findWindow(runs),
    parts,
  };
}

/**
 * Cost to make several versions, each run once: a sweep from which several versions came is not counted twice.
 *
 * @example versions 1 and 2 from one sweep of 9 USD -> 9 USD, not 18
 */
export function sumMakingCosts(costs: readonly MakingCost[]): MakingTotal {
  const parts = new Map(costs.flatMap((cost) => cost.parts.map((part) => [part.run, part] as const)));
  return { ...sumParts([...parts.values()], null), runs: parts.size };
}

function buildParts(runs: readonly MakingRun[]): MakingPart[] {
  const byId = new Map(runs.map((one) => [one.run, one]));
  const parentsOfKnown = new Set(runs.flatMap((one) => (one.total?.cost == null ? [] : listAncestors(one, byId))));
  return runs.map((one) => {
    const { run, relation, facts, step, total } = one;
    const state = step?.state ?? facts?.status ?? 'unknown';
    const part = { run, name: facts?.name ?? null, step: step?.name ?? null, relation, state };
    const elsewhere = explainElsewhere(one, byId, parentsOfKnown);
    if (elsewhere !== null) return { ...part, cost: null, basis: null, coverage: 'elsewhere', reason: elsewhere };
    if (total?.cost == null) {
      return { ...part, cost: null, basis: null, coverage: 'unknown', reason: explainUnknown(one) };
    }
    const { cost, basis } = total;
    const reason = facts?.endTime === null ? 'the run has not ended' : total.reason;
    return { ...part, cost, basis, coverage: reason === null ? 'known' : 'partial', reason };
  });
}

function explainUnknown({ facts, total }: MakingRun): string {
  if (facts === null) return 'the run no longer exists';
  return total?.reason || 'no usage was recorded for the run';
}

/** Why the cost of a run is that of other runs; null for a run with an own cost. */
function explainElsewhere(
  one: MakingRun,
  byId: ReadonlyMap<string, MakingRun>,
  parentsOfKnown: ReadonlySet<string>,
): string | null {
  if (one.isContainer) return 'the MLflow run of a pipeline run: its steps have the cost';
  // A run with unpriced usage has a total with a reason, and is unknown.
  if (one.total !== null || one.facts === null) return null;
  const covering = listAncestors(one, byId).find((id) => isCovering(byId.get(id), one));
  if (covering !== undefined) return `part of run ${covering}, whose usage contains its time`;
  return parentsOfKnown.has(one.run) ? 'groups runs that have the cost, without own usage' : null;
}

/** Whether a run above has a known cost and lasted from before the start until after the end of the run below. */
function isCovering(above: MakingRun | undefined, { facts: below }: MakingRun): boolean {
  const facts = above?.facts ?? null;
  if (above?.total?.cost == null || facts === null || below === null) return false;
  const [end, endOfBelow] = [facts.endTime ?? Infinity, below.endTime ?? Infinity];
  return facts.startTime <= below.startTime && endOfBelow <= end;
}

/** Ids of the runs above a run, nearest first. */
function listAncestors({ run, parent }: MakingRun, byId: ReadonlyMap<string, MakingRun>): string[] {
  const found = new Set<string>();
  for (let at = parent; at !== null && at !== run && !found.has(at); at = byId.get(at)?.parent ?? null) found.add(at);
  return [...found];
}

function sumParts(
  parts: readonly MakingPart[],
  leftOut: string | null,
): Pick<MakingCost, 'cost' | 'isLowerBound' | 'reason'> {
  const open = parts.filter(({ coverage }) => coverage === 'unknown' || coverage === 'partial');
  const currencies = listCurrencies(parts);
  if (currencies.length > 1) {
    const reason = `the costs of the runs are in ${currencies.join(' and ')}; currencies are not added`;
    return { cost: null, isLowerBound: false, reason };
  }
  const cost = addKnown(parts);
  const reasons = [...(leftOut === null ? [] : [leftOut]), ...describeOpen(open, parts.length)];
  if (cost === null) {
    return { cost, isLowerBound: false, reason: reasons.join('; ') || 'no run is known' };
  }
  return { cost, isLowerBound: reasons.length > 0, reason: reasons.length === 0 ? null : reasons.join('; ') };
}

/** Example: ["2 of 12 runs have no complete cost: run 0a1b (no usage was recorded for the run)"]. */
function describeOpen(open: readonly MakingPart[], all: number): string[] {
  const [first] = open;
  if (first === undefined) return [];
  const others = open.length === 1 ? '' : ` and ${open.length - 1} more`;
  return [
    `${open.length} of ${all} runs have no complete cost: ${first.step ?? first.name ?? first.run} (${first.reason})${others}`,
  ];
}

function listCurrencies(parts: readonly MakingPart[]): string[] {
  return [...new Set(parts.flatMap(({ cost }) => cost?.currency ?? []))].toSorted();
}

/** Sum of the known costs, which are in one currency; null without one. */
function addKnown(parts: readonly MakingPart[]): Money | null {
  const known = parts.flatMap(({ cost }) => cost ?? []);
  const [first] = known;
  if (first === undefined) return null;
  return { amount: sumDecimals(known.map(({ amount }) => amount)), currency: first.currency };
}

function chooseBasis(parts: readonly MakingPart[]): MakingCost['basis'] {
  const [first, ...others] = new Set(parts.flatMap(({ basis }) => basis ?? []));
  if (first === undefined) return null;
  return others.length === 0 ? first : 'mixed';
}

function findWindow(runs: readonly MakingRun[]): Period | null {
  const known = runs.flatMap(({ facts }) => facts ?? []);
  if (known.length === 0) return null;
  const start = Math.min(...known.map(({ startTime }) => startTime));
  const end = Math.max(...known.map(({ startTime, endTime }) => endTime ?? startTime));
  // A period is half-open and not empty.
  return { start: new Date(start).toISOString(), end: new Date(Math.max(end, start + 1)).toISOString() };
}
