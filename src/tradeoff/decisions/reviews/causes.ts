import { z } from 'zod';
import type { StoredEvent } from '../../../platform/events/index.ts';
import { Month, UtcInstant } from '../../../platform/units/schema.ts';
import type { ReviewCause } from './schema.ts';

/** Appended by the ledger itself: a policy was applied with another specification. */
export const POLICY_CHANGED = 'policy.changed';
/** Appended by the look at the quality evidence of decisions in force. */
export const QUALITY_CHANGED = 'decision.quality_changed';

/** Evidence of decisions in force that grows with the traffic, and the events that its look appends. */
export const MATURED_CHANGED = { labels: 'decision.labels_changed', value: 'decision.value_changed' } as const;
export type MaturedKind = keyof typeof MATURED_CHANGED;

export const BILL_EVENTS = ['bill.imported', 'bill.reverted', 'bill.preferred', 'bill.deleted'] as const;
/** Events that can change the evidence of a decision. */
export const CAUSE_EVENTS = [
  ...BILL_EVENTS,
  'prices.applied',
  'run.cost_changed',
  POLICY_CHANGED,
  QUALITY_CHANGED,
  MATURED_CHANGED.labels,
  MATURED_CHANGED.value,
] as const;

const at = UtcInstant;

/** A change as it is kept until the decisions that are based on it are judged. */
export const Change = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('bill'),
    at,
    /** Source, export, dataset, scope and period, as one text. */
    unit: z.string(),
    act: z.string(),
    source: z.string(),
    period: Month,
    before: z.string().nullable(),
    after: z.string().nullable(),
  }),
  z.strictObject({
    kind: z.literal('prices'),
    at,
    /** Name without the version. */
    book: z.string(),
    /** null for lists that are versioned by day or month. */
    version: z.number().int().nullable(),
  }),
  z.strictObject({ kind: z.literal('policy'), at, policy: z.string(), version: z.number().int() }),
  z.strictObject({ kind: z.literal('runCost'), at, run: z.string() }),
  z.strictObject({
    kind: z.enum(['quality', 'labels', 'value']),
    at,
    decision: z.string(),
    versions: z.array(z.string()),
  }),
]);
export type Change = z.infer<typeof Change>;

/** The fields of bill events that name the active deliveries; other fields are ignored. */
export const BillChanged = z.object({
  changes: z.array(
    z.object({
      source: z.string(),
      export: z.string(),
      dataset: z.string(),
      scope: z.string(),
      period: Month,
      state: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
  ),
});

/** Unit of a bill as one text. */
export function formatUnit(change: z.infer<typeof BillChanged>['changes'][number]): string {
  return JSON.stringify([change.source, change.export, change.dataset, change.scope, change.period]);
}

const PricesApplied = z.union([
  z.object({ book: z.string(), version: z.number().int() }),
  z.object({ cloud: z.enum(['aws', 'azure']) }),
  z.object({ period: Month }),
]);
const CATALOGUE_BOOKS = { aws: 'aws-price-list', azure: 'azure-retail-prices' } as const;
const RunCostChanged = z.object({ runId: z.string() });
const PolicyChanged = z.object({ policy: z.string(), policyVersion: z.number().int() });
/** Events that the looks at the evidence of decisions append. */
const OWN_EVENTS = new Map<string, 'quality' | MaturedKind>([
  [QUALITY_CHANGED, 'quality'],
  [MATURED_CHANGED.labels, 'labels'],
  [MATURED_CHANGED.value, 'value'],
]);
const OwnChanged = z.object({ decision: z.string(), versions: z.array(z.string()) });

/** Changes in an event of `CAUSE_EVENTS`; empty for an event of an older version that does not name them. */
export function readChanges({ type, at: when, payload }: Pick<StoredEvent, 'type' | 'at' | 'payload'>): Change[] {
  if (type === 'prices.applied') return readPriceChanges(when, payload);
  if (type === 'run.cost_changed') {
    const parsed = RunCostChanged.safeParse(payload);
    return parsed.success ? [{ kind: 'runCost', at: when, run: parsed.data.runId }] : [];
  }
  if (type === POLICY_CHANGED) {
    const { policy, policyVersion } = PolicyChanged.parse(payload);
    return [{ kind: 'policy', at: when, policy, version: policyVersion }];
  }
  const ownKind = OWN_EVENTS.get(type);
  if (ownKind !== undefined) return [{ kind: ownKind, at: when, ...OwnChanged.parse(payload) }];
  const parsed = BillChanged.safeParse(payload);
  if (!parsed.success) return [];
  const act = type.slice('bill.'.length);
  return parsed.data.changes.map((change) => {
    const { source, period, before, after } = change;
    return { kind: 'bill', at: when, unit: formatUnit(change), act, source, period, before, after };
  });
}

function readPriceChanges(when: string, payload: unknown): Change[] {
  const parsed = PricesApplied.safeParse(payload);
  if (!parsed.success) return [];
  const { data } = parsed;
  if ('book' in data) return [{ kind: 'prices', at: when, ...data }];
  const book = 'cloud' in data ? CATALOGUE_BOOKS[data.cloud] : `bill@${data.period}`;
  return [{ kind: 'prices', at: when, book, version: null }];
}

/** Basis of a decision, as far as it decides whether a change concerns it. */
export interface Standing {
  readonly decision: string;
  readonly at: string;
  readonly policy: string;
  readonly policyVersion: number;
  readonly bills: ReadonlySet<string>;
  readonly priceBooks: readonly string[];
  readonly runs: ReadonlySet<string>;
}

/**
 * Whether a decision is based on a change. `history`: deliveries that were active for the unit of a changed bill, at any time. An event can
 * be delivered after a decision that already saw its change; such a change does not concern it.
 */
export function isConcerned(standing: Standing, change: Change, history: ReadonlySet<string>): boolean {
  const isLater = change.at > standing.at;
  switch (change.kind) {
    case 'bill':
      if (change.before !== null && standing.bills.has(change.before)) return true;
      return isLater && [...standing.bills].some((delivery) => history.has(delivery));
    case 'prices':
      return standing.priceBooks.some((named) => isOlderVersion(named, change, isLater));
    case 'policy':
      return standing.policy === change.policy && standing.policyVersion < change.version;
    case 'runCost':
      return isLater && standing.runs.has(change.run);
    case 'quality':
    case 'labels':
    case 'value':
      return standing.decision === change.decision;
  }
}

function isOlderVersion(named: string, change: Change & { kind: 'prices' }, isLater: boolean): boolean {
  if (named === change.book) return isLater;
  if (!named.startsWith(`${change.book}@`)) return false;
  return change.version === null ? isLater : Number(named.slice(change.book.length + 1)) < change.version;
}

const OWN_EVIDENCE = { quality: 'quality evidence', labels: 'matured labels', value: 'measured value' } as const;

/** A change for readers. */
export function describeChange(change: Change): ReviewCause {
  const { kind, at: when } = change;
  const cause = (ids: readonly (string | null)[], text: string): ReviewCause => ({
    kind,
    at: when,
    ids: ids.filter((id) => id !== null),
    text,
  });
  switch (change.kind) {
    case 'bill': {
      const { act, source, period, before, after } = change;
      const moved = `${before ?? 'no delivery'} -> ${after ?? 'no delivery'}`;
      return cause([before, after], `bill ${period} of ${source} ${act}: ${moved}`);
    }
    case 'prices': {
      const { book, version } = change;
      const named = version === null ? book : `${book}@${version}`;
      return cause([named], `new prices: ${named}`);
    }
    case 'policy':
      return cause(
        [`${change.policy}@${change.version}`],
        `policy ${change.policy} changed to version ${change.version}`,
      );
    case 'runCost':
      return cause([change.run], `cost of run ${change.run} changed`);
    case 'quality':
    case 'labels':
    case 'value':
      return cause(change.versions, `${OWN_EVIDENCE[change.kind]} of ${change.versions.join(' and ')} changed`);
  }
}

/**
 * Changes for readers, each once, in an order that depends on the changes only. Of changes of the same thing the latest is kept.
 */
export function describeChanges(changes: readonly Change[]): ReviewCause[] {
  const sorted = changes.map(describeChange).toSorted((one, other) => compareTexts(toKey(one), toKey(other)));
  return [...new Map(sorted.map((cause) => [JSON.stringify([cause.kind, cause.text]), cause])).values()];
}

function toKey({ kind, text, at: when }: ReviewCause): string {
  return JSON.stringify([kind, text, when]);
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
