import type { z } from 'zod';
import type { Subject } from '../../../org/schema.ts';
import { EXACT_DECIMALS, quoteLiteral } from '../../../platform/lake/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { decimal, decimalString, sumDecimals, toMonthPeriod } from '../../../platform/units/index.ts';
import { billRows } from '../../billing/index.ts';
import { type CostMetric, DEFAULT_METRIC } from '../../billing/schema.ts';
import { getCostColumn, type ReportDeps, toExact } from '../coverage.ts';
import { parsePartitionPeriod } from '../derivation.ts';
import {
  createLinked,
  type Link,
  type LinkedCharge,
  type LinkedCharges,
  linkFields,
  readLinkedCharges,
  readUntrackedResources,
} from './billed-charges.ts';
import { type Capacity, findPeakQuantity, reconcileResource, type UsedInterval } from './reconcile.ts';
import type { getReconciliation, ReconciledResource, ReconciledSubject } from './schema.ts';

const MOST_LISTED = 1000;

/** Metered intervals that overlap [start, end) Unix milliseconds, each complete and with its cost. */
export interface MeteredIntervals {
  within(sql: Sql, window: { start: number; end: number }): Promise<readonly MeteredInterval[]>;
}
export interface MeteredInterval extends UsedInterval {
  readonly resourceId: string | null;
}

export interface ReconciliationDeps extends ReportDeps {
  readonly metered: MeteredIntervals;
}

type Resource = z.infer<typeof ReconciledResource>;
type Answer = z.infer<typeof getReconciliation.response>;

interface ReconciledPeriod {
  readonly intervals: readonly MeteredInterval[];
  readonly linked: readonly ReturnType<typeof reconcileGroup>[];
  readonly resources: readonly Resource[];
}

async function reconcilePeriod(
  deps: ReconciliationDeps,
  period: string,
  metric: CostMetric,
): Promise<ReconciledPeriod> {
  const month = toMonthPeriod(period);
  const window = { start: Date.parse(month.start), end: Date.parse(month.end) };
  const intervals = await deps.metered.within(deps.store, window);
  const byLink = Map.groupBy(intervals, (interval) => buildLinkKey(findLink(interval)));
  const files = (await deps.lake.files(deps.store, billRows)).filter(
    ({ partition }) => parsePartitionPeriod(partition) === period,
  );
  const bill = `(SELECT *, ${getCostColumn(metric)} AS amount FROM ${deps.lake.stagedRelation(billRows, files)}
    WHERE period = ${quoteLiteral(period)})`;
  const all = intervals.flatMap((interval) => findLink(interval) ?? []);
  const links = [...new Map(all.map((link) => [buildLinkKey(link), link])).values()];
  // The rows of the bill that link to usage depend on the names of the usage alone, not on its amount.
  const names = links.map(buildLinkKey).toSorted();
  const { charges, untracked } = await deps.lake.derive(`linked ${JSON.stringify(names)}`, [bill], () =>
    deps.lake.session(async (session) => {
      await createLinked(session, bill, links);
      return { charges: await readLinkedCharges(session, window), untracked: await readUntrackedResources(session) };
    }),
  );
  const linked = charges.map((group) => reconcileGroup(group, byLink));
  const resources = [...linked.map(({ resource }) => resource), ...untracked.map(toUntrackedResource)];
  return { intervals, linked, resources };
}

/** Reconciles bill and metering of one billing period. Only usage within the month of the period counts. */
export async function buildReconciliation(
  deps: ReconciliationDeps,
  period: string,
  metric: CostMetric,
): Promise<Answer> {
  const { intervals, linked, resources } = await reconcilePeriod(deps, period, metric);
  const met = new Set(linked.flatMap(({ coveredMs }) => [...coveredMs.keys()]));
  return {
    period,
    metric,
    totals: sumUnitTotals(resources),
    subjects: sumReconciledSubjects(linked.flatMap(({ subjects }) => subjects)),
    resources: resources.toSorted((one, other) => decimal(other.billed).cmp(one.billed)).slice(0, MOST_LISTED),
    unbilled: intervals
      .filter(({ id }) => !met.has(id))
      .slice(0, MOST_LISTED)
      .map(toUnbilledUsage),
  };
}

/** Name of the resource of this usage in the reconciliation; null where it cannot link to a billed row. */
export function findUsageResource(usage: Pick<MeteredInterval, 'resourceId' | 'subject'>): string | null {
  const link = findLink(usage);
  return link === null ? null : nameResource(link);
}

function nameResource({ by, value }: Link): string {
  return by === 'resource' ? value : `tag:steelyard.${by}=${value}`;
}

/** Link by resource id where usage has one, else by the most specific field of its subject that a tag can name. */
function findLink({ resourceId, subject }: Pick<MeteredInterval, 'resourceId' | 'subject'>): Link | null {
  if (resourceId !== null) return { by: 'resource', value: resourceId.trim().toLowerCase() };
  const field = linkFields.find((each) => subject[each] !== undefined);
  return field === undefined ? null : { by: field, value: (subject[field] ?? '').trim().toLowerCase() };
}

function buildLinkKey(link: Link | null): string {
  return link === null ? '' : `${link.by}=${link.value}`;
}

function reconcileGroup(
  { link, currency, charges }: LinkedCharges,
  byLink: ReadonlyMap<string, readonly MeteredInterval[]>,
) {
  const intervals = byLink.get(buildLinkKey(link)) ?? [];
  const capacity = findCapacity(charges, intervals);
  const { subjects, coveredMs, ...sums } = reconcileResource(charges, intervals, capacity, currency);
  const resource: Resource = {
    resource: nameResource(link),
    match: link.by === 'resource' ? 'resource' : 'tag',
    currency,
    ...sums,
    untracked: '0',
    capacity: decimalString(capacity.units),
    capacitySource: capacity.source,
  };
  return { resource, coveredMs, subjects: subjects.map((subject) => ({ ...subject, currency })) };
}

/**
 * Capacity of a resource in the units of its usage (GPUs or vCPUs): from the bill, else the maximum observed
 * concurrently, else 1.
 */
function findCapacity(group: readonly LinkedCharge[], intervals: readonly MeteredInterval[]): Capacity {
  const isUnit = (prefix: string) => intervals.some(({ resource }) => resource.toLowerCase().startsWith(prefix));
  const stated = isUnit('gpu')
    ? group.find(({ gpuCount }) => gpuCount !== null)?.gpuCount
    : isUnit('vcpu')
      ? group.find(({ coreCount }) => coreCount !== null)?.coreCount
      : null;
  if (stated !== null && stated !== undefined && decimal(stated).gt(0)) return { units: stated, source: 'bill' };
  const most = findPeakQuantity(intervals);
  return decimal(most).gt(1) ? { units: most, source: 'observed' } : { units: '1', source: 'one' };
}

function toUntrackedResource(row: Record<string, unknown>): Resource {
  const billed = toExact(row.billed);
  return {
    resource: String(row.resource),
    match: 'none',
    currency: String(row.currency),
    billed,
    reconciled: '0',
    idle: '0',
    untracked: billed,
    metered: null,
    priceVariance: null,
    billedHours: toExact(row.hours),
    meteredHours: '0',
    capacity: '1',
    capacitySource: 'one',
  };
}

function sumUnitTotals(resources: readonly Resource[]): Answer['totals'] {
  return [...Map.groupBy(resources, ({ currency }) => currency)]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, all]) => {
      const tracked = all.filter(({ match }) => match !== 'none');
      const sum = (of: (resource: Resource) => string | null) => sumDecimals(all.flatMap((each) => of(each) ?? []));
      return {
        currency,
        billed: sum(({ billed }) => billed),
        reconciled: sum(({ reconciled }) => reconciled),
        idle: sum(({ idle }) => idle),
        untracked: sum(({ untracked }) => untracked),
        metered: sum(({ metered }) => metered),
        priceVariance: sum(({ priceVariance }) => priceVariance),
        withoutPrice: tracked.filter(({ metered }) => metered === null).length,
      };
    });
}

function sumReconciledSubjects(
  parts: readonly z.infer<typeof ReconciledSubject>[],
): z.infer<typeof ReconciledSubject>[] {
  const groups = Map.groupBy(parts, ({ subject, currency }) => JSON.stringify([currency, subject]));
  return [...groups.values()]
    .map((group) => {
      const [first] = group;
      const subject: Subject = first?.subject ?? {};
      const costs = group.map(({ metered }) => metered);
      return {
        subject,
        currency: first?.currency ?? '',
        reconciled: sumDecimals(group.map(({ reconciled }) => reconciled)),
        metered: costs.includes(null) ? null : sumDecimals(costs.flatMap((cost) => cost ?? [])),
        hours: sumDecimals(group.map(({ hours }) => hours)),
      };
    })
    .toSorted((one, other) => decimal(other.reconciled).cmp(one.reconciled));
}

function toUnbilledUsage(interval: MeteredInterval): Answer['unbilled'][number] {
  const { id, subject, resource, resourceId, quantity, start, end, cost } = interval;
  return {
    usage: id,
    subject,
    resource,
    resourceId,
    hours: computeResourceHours(quantity, end - start),
    metered: cost,
  };
}

/** Cost of runs by the bill of one period, and the rest of the bill. */
export interface ReconciledRuns {
  readonly runs: readonly ReconciledRun[];
  readonly totals: readonly ReconciledTotal[];
}

export interface ReconciledRun {
  readonly run: string;
  readonly currency: string;
  /** EffectiveCost of the usage of the run. */
  readonly reconciled: string;
  /** Resource-hours of the run's usage that billed rows cover; overlapping charges count once. */
  readonly coveredHours: string;
}

/** In EffectiveCost: billed = to runs + to other subjects + idle + untracked, exactly. */
export interface ReconciledTotal {
  readonly currency: string;
  readonly billed: string;
  readonly toRuns: string;
  readonly toOthers: string;
  readonly idle: string;
  readonly untracked: string;
}

/** Reconciliation of a period (effective cost) by run. Example: 24 h billed, a run holds 6 of them -> a quarter. */
export async function reconcileRuns(deps: ReconciliationDeps, period: string): Promise<ReconciledRuns> {
  const { intervals, linked, resources } = await reconcilePeriod(deps, period, DEFAULT_METRIC);
  const byId = new Map(intervals.map((interval) => [interval.id, interval]));
  const parts = linked.flatMap(({ subjects }) => subjects);
  const covered = linked.flatMap(({ coveredMs, resource: { currency } }) =>
    [...coveredMs].map(([id, ms]) => ({ currency, interval: byId.get(id), ms })),
  );
  const key = (run: string, currency: string) => JSON.stringify([run, currency]);
  const hours = Map.groupBy(covered, ({ interval, currency }) => key(interval?.subject.run ?? '', currency));
  const ofRuns = Map.groupBy(
    parts.filter(({ subject }) => subject.run !== undefined),
    ({ subject, currency }) => key(subject.run ?? '', currency),
  );
  return {
    runs: [...ofRuns].map(([each, group]) => ({
      run: group[0]?.subject.run ?? '',
      currency: group[0]?.currency ?? '',
      reconciled: sumDecimals(group.map(({ reconciled }) => reconciled)),
      coveredHours: sumDecimals(
        (hours.get(each) ?? []).map(({ interval, ms }) => computeResourceHours(interval?.quantity ?? '0', ms)),
      ),
    })),
    totals: sumUnitTotals(resources).map(({ currency, billed, idle, untracked }) => {
      const given = (toRun: boolean) =>
        sumDecimals(
          parts
            .filter((part) => part.currency === currency && (part.subject.run !== undefined) === toRun)
            .map(({ reconciled }) => reconciled),
        );
      return { currency, billed, toRuns: given(true), toOthers: given(false), idle, untracked };
    }),
  };
}

/** Cost of one version at an endpoint by the bill of one period; see {@link reconcileEndpoint}. */
export interface ReconciledVersion {
  readonly model: string | null;
  readonly version: string | null;
  readonly currency: string;
  /** EffectiveCost of its usage. */
  readonly reconciled: string;
  /** The same usage by the price book; null where a price is missing. */
  readonly metered: string | null;
  /** Resource-hours of its usage in the period, and those of them that billed rows cover. */
  readonly hours: string;
  readonly coveredHours: string;
}

/** Reconciliation of a period (effective cost) of the replicas of an endpoint, by model version. Empty where no billed row matches. */
export async function reconcileEndpoint(
  deps: ReconciliationDeps,
  period: string,
  endpoint: string,
): Promise<ReconciledVersion[]> {
  const { intervals, linked } = await reconcilePeriod(deps, period, DEFAULT_METRIC);
  const key = ({ model, modelVersion }: Subject) => JSON.stringify([model, modelVersion]);
  const own = intervals.filter(({ subject }) => subject.endpoint === endpoint);
  const covered = new Map(linked.flatMap(({ coveredMs }) => [...coveredMs]));
  const parts = linked.flatMap(({ subjects }) => subjects).filter(({ subject }) => subject.endpoint === endpoint);
  return [...Map.groupBy(parts, ({ subject, currency }) => `${key(subject)} ${currency}`).values()].map((group) => {
    const subject = group[0]?.subject ?? {};
    const used = own.filter((interval) => key(interval.subject) === key(subject));
    const costs = group.map(({ metered }) => metered);
    return {
      model: subject.model ?? null,
      version: subject.modelVersion ?? null,
      currency: group[0]?.currency ?? '',
      reconciled: sumDecimals(group.map(({ reconciled }) => reconciled)),
      metered: costs.includes(null) ? null : sumDecimals(costs.flatMap((cost) => cost ?? [])),
      hours: sumDecimals(used.map(({ quantity, start, end }) => computeResourceHours(quantity, end - start))),
      coveredHours: sumDecimals(used.map(({ id, quantity }) => computeResourceHours(quantity, covered.get(id) ?? 0))),
    };
  });
}

function computeResourceHours(quantity: string, milliseconds: number): string {
  return decimalString(decimal(quantity).times(milliseconds).dividedBy(3_600_000).toDecimalPlaces(EXACT_DECIMALS));
}
