import type { z } from 'zod';
import type { Subject } from '../../../org/schema.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { groupItems, sumOthers, toGpuOwner } from './group.ts';
import type { Item } from './items.ts';
import type { GpuWork } from './owner.ts';
import {
  type EfficiencyPoint,
  type GpuEfficiency,
  type GpuOutcomes,
  type GpuOwners,
  type getGpuEfficiency,
  type getGpuOwners,
  WorkOutcome,
} from './schema.ts';
import type { OwnedDeps, OwnedQuery, OwnedTimes } from './service.ts';
import { addItem, createEmptySum, toFigures } from './sum.ts';

const toLimits = ({ from, to, team }: OwnedQuery) => ({ from: from ?? null, to: to ?? null, team: team ?? null });

function sumItems(items: readonly Item[]) {
  const sum = createEmptySum();
  for (const item of items) addItem(sum, item);
  return sum;
}

/** GPU time and money by owner. */
export async function reportGpuOwners(
  times: OwnedTimes,
  query: z.infer<typeof getGpuOwners.query>,
): Promise<GpuOwners> {
  const { items } = await times(query, 'all');
  const groups = groupItems(items, query.by);
  const owners = groups.filter(({ kind }) => kind === 'owner');
  const listed = [...owners.slice(0, query.top), ...groups.filter(({ kind }) => kind !== 'owner')];
  return {
    by: query.by,
    ...toLimits(query),
    ...toFigures(sumItems(items)),
    groups: listed.map(toGpuOwner),
    others: sumOthers(owners.slice(query.top)),
    groupCount: groups.length,
  };
}

/** The same by day or week. */
export async function reportGpuEfficiency(
  times: OwnedTimes,
  query: z.infer<typeof getGpuEfficiency.query>,
): Promise<GpuEfficiency> {
  const { items } = await times(query, query.step);
  const series = groupItems(items, query.by).map(({ key, kind, sum, items: own }) => ({
    hours: toFigures(sum).gpuHours.paid,
    series: { key, kind, points: buildEfficiencyPoints(own) },
  }));
  return {
    by: query.by,
    step: query.step,
    ...toLimits(query),
    series: series
      .toSorted((a, b) => b.hours - a.hours)
      .slice(0, query.top)
      .map((one) => one.series),
    all: buildEfficiencyPoints(items),
  };
}

function buildEfficiencyPoints(items: readonly Item[]): EfficiencyPoint[] {
  return [...Map.groupBy(items, ({ step }) => step)]
    .toSorted(([a], [b]) => a - b)
    .map(([step, own]) => {
      const { gpuHours, cost, usedShare, idleShare } = toFigures(sumItems(own));
      return { start: new Date(step * DAY_MS).toISOString(), gpuHours, cost, usedShare, idleShare };
    });
}

type OutcomeKey = GpuOutcomes['outcomes'][number]['outcome'];
const ORDER: readonly OutcomeKey[] = [...WorkOutcome.options, 'nobody'];

/** The same hours by how the work ended. */
export async function reportGpuOutcomes(times: OwnedTimes, deps: OwnedDeps, query: OwnedQuery): Promise<GpuOutcomes> {
  const { items } = await times(query, 'all');
  const outcomes = await buildOutcomes(deps.store, deps.work, items);
  const groups = Map.groupBy(items, (item): OutcomeKey => {
    if (item.isFree) return 'nobody';
    return item.owner.subject === null ? 'unknown' : (outcomes.get(item.owner.subject) ?? 'unknown');
  });
  return {
    ...toLimits(query),
    ...toFigures(sumItems(items)),
    outcomes: ORDER.flatMap((outcome) => {
      const own = groups.get(outcome);
      if (own === undefined) return [];
      const owners = outcome === 'nobody' ? 0 : new Set(own.map(({ owner }) => JSON.stringify(owner.subject))).size;
      return [{ outcome, owners, ...toFigures(sumItems(own)) }];
    }),
  };
}

function buildOutcomes(sql: Sql, work: GpuWork, items: readonly Item[]) {
  const subjects = new Set<Subject>(items.flatMap(({ owner }) => owner.subject ?? []));
  return work.outcomesOf(sql, [...subjects]);
}
