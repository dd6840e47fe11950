import { type Subject, subjectFields } from '../../../org/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type ManifestKind, readManifests } from '../../../platform/manifests/index.ts';
import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';
import { billRows } from '../../billing/index.ts';
import type { CostMetric } from '../../billing/schema.ts';
import { type ApplyDeps, computeRulesOutcome, findBillPeriods } from '../apply-rules.ts';
import { getCostColumn } from '../coverage.ts';
import { parsePartitionPeriod } from '../derivation.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { AllocationKind, AllocationRulesSpec, type Holder, type Preview } from '../schema.ts';
import { findRulesInForce } from '../store.ts';
import { type HolderCost, readHeldCost } from './cells.ts';
import { type CostMove, findMoves, mergeMoves } from './moves.ts';

export interface PreviewRequest {
  readonly documents: readonly { readonly file: string; readonly text: string }[];
  readonly period?: string | undefined;
  readonly metric: CostMetric;
}

/**
 * Cost that new rules would move. Evaluates both rule sets over the same rows, so that only the rules make a
 * difference.
 */
export async function previewRules(deps: ApplyDeps, kind: ManifestKind, request: PreviewRequest): Promise<Preview> {
  const { name, spec } = await readRules(kind, request);
  const inForce = await findRulesInForce(deps.store);
  const unchanged = (await computeRulesOutcome(deps.store, name, spec)) === 'unchanged';
  const periods = (await findBillPeriods(deps, deps.store)).filter(
    (period) => request.period === undefined || period === request.period,
  );
  const held = { before: [] as HolderCost[], after: [] as HolderCost[] };
  for (const period of periods) {
    const { before, after } = await readPreviewCosts(deps, period, inForce, spec, getCostColumn(request.metric));
    held.before.push(...before);
    held.after.push(...after);
  }
  return {
    version: inForce.version,
    unchanged,
    metric: request.metric,
    periods,
    ...compareParts(held.before, held.after, { before: inForce, after: spec }),
  };
}

async function readRules(
  kind: ManifestKind,
  request: PreviewRequest,
): Promise<{ readonly name: string; readonly spec: RuleSet }> {
  const manifests = await readManifests(request.documents, { [kind.kind]: kind });
  const [manifest] = manifests;
  if (manifest === undefined || manifests.length > 1) {
    const detail = `A preview takes one document of AllocationRules; ${manifests.length} were given.`;
    throw new AppError('manifest_invalid', detail);
  }
  const document = manifest.document as { metadata: { name: string }; spec?: unknown };
  return { name: document.metadata.name, spec: AllocationRulesSpec.parse(document.spec) };
}

async function readPreviewCosts(
  deps: ApplyDeps,
  period: string,
  inForce: RuleSet,
  spec: RuleSet,
  cost: string,
): Promise<{ before: HolderCost[]; after: HolderCost[] }> {
  const all = await deps.lake.files(deps.store, billRows);
  const files = all
    .filter(({ partition }) => parsePartitionPeriod(partition) === period)
    .toSorted((one, other) => (one.partition < other.partition ? -1 : Number(one.partition > other.partition)));
  const side = (mine: RuleSet, other: RuleSet, mineFirst: boolean) =>
    deps.lake.session((session) =>
      readHeldCost(deps, session, deps.store, { period, files }, { mine, other, mineFirst, cost }),
    );
  // Each side needs separate temporary tables, so each uses a separate connection.
  return { before: await side(inForce, spec, true), after: await side(spec, inForce, false) };
}

type Sums = Map<string, { before: Decimal; after: Decimal }>;

function compareParts(
  before: readonly HolderCost[],
  after: readonly HolderCost[],
  rules: { before: RuleSet; after: RuleSet },
) {
  const currencies = [...new Set([...before, ...after].map(({ currency }) => currency))].toSorted();
  const parts = currencies.map((currency) => {
    const of = (held: readonly HolderCost[]) => held.filter((each) => each.currency === currency);
    return { currency, before: of(before), after: of(after) };
  });
  return {
    holders: parts.flatMap((part) =>
      buildPreviewHolders(
        part.currency,
        sumCells(part, ({ holder }) => holder),
      ),
    ),
    moves: parts.flatMap((part) =>
      computeNetMoves(part).map(({ from, to, amount }) => ({
        from: parseHolderKey(from),
        to: parseHolderKey(to),
        currency: part.currency,
        amount,
      })),
    ),
    rules: parts.flatMap((part) => buildPreviewRules(part, rules)),
    totals: parts.map((part) => buildPreviewTotals(part)),
  };
}

interface Part {
  readonly currency: string;
  readonly before: readonly HolderCost[];
  readonly after: readonly HolderCost[];
}

function sumCells({ before, after }: Pick<Part, 'before' | 'after'>, keyOf: (held: HolderCost) => string): Sums {
  const sums: Sums = new Map();
  const add = (held: HolderCost, side: 'before' | 'after') => {
    const known = sums.get(keyOf(held)) ?? { before: decimal(0), after: decimal(0) };
    sums.set(keyOf(held), { ...known, [side]: known[side].plus(held.amount) });
  };
  for (const held of before) add(held, 'before');
  for (const held of after) add(held, 'after');
  return sums;
}

function computeNetMoves({ before, after }: Part): CostMove[] {
  const cellsBefore = Map.groupBy(before, ({ cell }) => cell);
  const cellsAfter = Map.groupBy(after, ({ cell }) => cell);
  const cells = new Set([...cellsBefore.keys(), ...cellsAfter.keys()]);
  return mergeMoves(
    [...cells].flatMap((cell) => {
      const sums = sumCells(
        { before: cellsBefore.get(cell) ?? [], after: cellsAfter.get(cell) ?? [] },
        ({ holder }) => holder,
      );
      return findMoves(
        [...sums].map(([holder, sum]) => ({
          holder,
          before: decimalString(sum.before),
          after: decimalString(sum.after),
        })),
      );
    }),
  );
}

function buildPreviewHolders(currency: string, sums: Sums) {
  return [...sums]
    .map(([holder, { before, after }]) => ({
      ...parseHolderKey(holder),
      currency,
      before: decimalString(before),
      after: decimalString(after),
      change: decimalString(after.minus(before)),
    }))
    .toSorted((one, other) => decimal(other.change).abs().cmp(decimal(one.change).abs()));
}

function parseHolderKey(key: string): Holder {
  const [kind, ...values] = JSON.parse(key) as (string | null)[];
  const entries = subjectFields.flatMap((field, index) => {
    const value = values[index];
    return value === null || value === undefined ? [] : [[field, value]];
  });
  return { kind: AllocationKind.parse(kind), subject: Object.fromEntries(entries) as Subject };
}

function buildPreviewRules(part: Part, rules: { before: RuleSet; after: RuleSet }) {
  const nameOf = (set: RuleSet, { ruleIndex }: HolderCost) =>
    ruleIndex === null ? null : (set.rules[ruleIndex]?.name ?? null);
  const sums = new Map<string | null, { before: Decimal; after: Decimal }>();
  for (const side of ['before', 'after'] as const) {
    for (const held of part[side]) {
      const name = nameOf(rules[side], held);
      const known = sums.get(name) ?? { before: decimal(0), after: decimal(0) };
      sums.set(name, { ...known, [side]: known[side].plus(held.amount) });
    }
  }
  return [...sums]
    .toSorted(
      ([one], [other]) => Number(one === null) - Number(other === null) || ((one ?? '') < (other ?? '') ? -1 : 1),
    )
    .map(([rule, { before, after }]) => ({
      rule,
      currency: part.currency,
      before: decimalString(before),
      after: decimalString(after),
    }));
}

function buildPreviewTotals(part: Part) {
  const sum = (held: readonly HolderCost[], kinds: readonly string[]) =>
    decimalString(
      held.reduce(
        (total, { holder, amount }) => (kinds.includes(parseHolderKey(holder).kind) ? total.plus(amount) : total),
        decimal(0),
      ),
    );
  const unallocatedKinds = ['unallocated', 'shared-unallocated'];
  return {
    currency: part.currency,
    total: sum(part.after, AllocationKind.options),
    moved: decimalString(computeNetMoves(part).reduce((total, { amount }) => total.plus(amount), decimal(0))),
    unallocatedBefore: sum(part.before, unallocatedKinds),
    unallocatedAfter: sum(part.after, unallocatedKinds),
    idleBefore: sum(part.before, ['idle']),
    idleAfter: sum(part.after, ['idle']),
  };
}
