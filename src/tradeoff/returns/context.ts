import { type Costs, findReceivedDays } from '../../finops/costs/index.ts';
import type { Exchange } from '../../finops/exchange/index.ts';
import type { Metering } from '../../finops/metering/index.ts';
import type { PredictionCounts } from '../../mlops/predictions/index.ts';
import type { Registry } from '../../mlops/registry/index.ts';
import type { ServedVersion } from '../../mlops/serving/index.ts';
import type { Tracking } from '../../mlops/tracking/index.ts';
import type { FindSubjectOwner } from '../../org/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { MakingDeps } from '../evidence/index.ts';
import { type OutcomeDeps, rememberLabelSums } from '../value/index.ts';
import { type DayRange, type Reporting, toDay, toInstantMs } from './money-series.ts';
import type { Returns } from './schema.ts';

export interface ReturnsDeps extends OutcomeDeps {
  readonly clock: Clock;
  readonly store: Store;
  readonly config: { readonly reportingCurrency?: string | undefined };
  readonly costs: Pick<Costs, 'dailySeries' | 'dailyReach'>;
  readonly metering: Pick<Metering, 'within' | 'predictionsByDay'>;
  readonly exchange: Pick<Exchange, 'conversion'>;
  readonly counts: Pick<PredictionCounts, 'byVersion' | 'byDay' | 'traffic'>;
  readonly registry: Pick<Registry, 'model' | 'versions' | 'metrics' | 'ownerOf' | 'versionNamesOfRuns'>;
  readonly tracking: MakingDeps['tracking'] & Pick<Tracking, 'owners'>;
  readonly makingSteps: MakingDeps['makingSteps'];
  readonly ownerOf: FindSubjectOwner;
  readonly servedVersions: (sql: Sql, endpoint: string | null) => Promise<ServedVersion[]>;
}

/** Window and currency of a request. */
export interface ReturnsRequest {
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly metric: Returns['metric'];
  readonly currency?: string | undefined;
}

/** Subjects of an answer for a caller who sees the data of some teams only. */
export interface VisibleSubjects {
  readonly owners: OwnerLimit;
  readonly models: ReadonlySet<string>;
}

export function isVisibleModel({ visible }: Pick<Gathering, 'visible'>, model: string | null): boolean {
  return visible === null || (model !== null && visible.models.has(model));
}

/** Facts that all rows of one answer share. */
export interface Gathering {
  readonly deps: ReturnsDeps;
  readonly sql: Sql;
  readonly metric: Returns['metric'];
  readonly window: DayRange;
  /** Days that paybacks look at: from the first bill, or the start of the window where that is earlier. */
  readonly history: DayRange;
  /** First day of the first month with a bill; null without a bill. */
  readonly billedFrom: string | null;
  /** Last whole day of the bills; null without a bill. */
  readonly billedThrough: string | null;
  readonly reporting: Reporting | null;
  readonly rates: () => Returns['rates'];
  /** null: rows of all subjects. */
  readonly visible: VisibleSubjects | null;
}

const WINDOW_DAYS = 365;
const DAY_LENGTH = 'YYYY-MM-DD'.length;

/**
 * `isBilled`: the costs of the rows are those of bills, so that the window ends by default with their last whole day: value of later
 * days has no cost yet. Errors: `invalid_request` for an empty window.
 */
export async function openGathering(
  deps: ReturnsDeps,
  { metric, currency = deps.config.reportingCurrency, ...range }: ReturnsRequest,
  isBilled: boolean,
  visible: VisibleSubjects | null = null,
): Promise<Gathering> {
  const reach = await deps.costs.dailyReach();
  const billedThrough = findReceivedDays(reach)?.through ?? null;
  const [month] = reach.months;
  const billedFrom = month === undefined ? null : `${month}-01`;
  const tomorrow = toDay(deps.clock.now() + DAY_MS);
  const last = isBilled && billedThrough !== null ? toDay(toInstantMs(billedThrough) + DAY_MS) : tomorrow;
  const end = range.end ?? last;
  const start = range.start ?? toDay(toInstantMs(end) - WINDOW_DAYS * DAY_MS);
  if (start >= end) {
    const detail = `The window from ${start} to ${end} is empty: the end is the day after the last. Give an earlier start.`;
    throw new AppError('invalid_request', detail, { start, end });
  }
  if (start >= tomorrow) throw new AppError('invalid_request', `The start ${start} is in the future.`, { start });
  const history = { start: billedFrom !== null && billedFrom < start ? billedFrom : start, end };
  const conversion =
    currency === undefined
      ? null
      : await deps.exchange.conversion(currency, { from: history.start, to: end.slice(0, DAY_LENGTH) });
  return {
    ...{
      deps: { ...deps, sumLabels: rememberLabelSums(deps.sumLabels) },
      sql: deps.store,
      metric,
      window: { start, end },
      history,
      billedFrom,
      billedThrough,
      visible,
    },
    reporting: conversion === null || currency === undefined ? null : { currency, conversion },
    rates: () => conversion?.rates() ?? [],
  };
}
