import type { Billing } from '../../finops/billing/index.ts';
import type { ServingUse } from '../../mlops/gateway/index.ts';
import type { PipelineRuns } from '../../mlops/pipelines/index.ts';
import type { Org } from '../../org/index.ts';
import type { Subject } from '../../org/schema.ts';
import type { Events } from '../../platform/events/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { TargetRules } from '../../platform/notices/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Decisions } from '../decisions/index.ts';
import type { Optimizations } from '../optimizations/index.ts';
import type { ContainerFinderDeps } from './containers/finder.ts';
import type { NodeFinderDeps } from './containers/nodes-finder.ts';
import type { EndpointDeps } from './endpoints/endpoint-hours.ts';
import type { GpuFinderDeps } from './gpus/finder.ts';
import type { PurchaseFinderDeps } from './purchases/deps.ts';
import type { IdleRunDeps } from './runs/finder.ts';
import type { Recommendation, TimelineEntry } from './schema.ts';

export interface RecommendationDeps
  extends Omit<EndpointDeps, 'metering' | 'gpuUsage'>,
    Omit<IdleRunDeps, 'gpuUsage'>,
    Omit<GpuFinderDeps, 'gpuUsage'>,
    Omit<ContainerFinderDeps, 'workloads'>,
    Omit<PurchaseFinderDeps, 'metering' | 'pipelines' | 'serving'>,
    TargetRules {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
  readonly events: Pick<Events, 'subscribe'>;
  readonly serving: ServingUse;
  readonly metering: EndpointDeps['metering'] & IdleRunDeps['metering'];
  readonly gpuUsage: IdleRunDeps['gpuUsage'] & GpuFinderDeps['gpuUsage'];
  readonly workloads: ContainerFinderDeps['workloads'] & NodeFinderDeps['workloads'];
  readonly billing: Pick<Billing, 'currentUnits'>;
  readonly org: Pick<Org, 'withTeam'>;
  readonly pipelines: { readonly runs: Pick<PipelineRuns, 'requestStop' | 'stopRequestedBy' | 'wake' | 'spec'> };
  readonly decisions: Pick<Decisions, 'recordAct'>;
  readonly optimizations: Pick<Optimizations, 'times'>;
  /** Owner of the subject of a recommendation; null: none, so that only those see it who see everything. Implemented by bridges. */
  readonly findOwner: (
    sql: Sql,
    subject: Subject,
  ) => Promise<{ readonly team: string | null; readonly project: string | null } | null>;
  /** Public URL of this server, for links in notifications; null: not configured. */
  readonly publicUrl: string | null;
}

export const formatInstant = (instant: number): string => new Date(instant).toISOString();

/** The document with one more entry at the end of its timeline. */
export function addTimelineEntry(
  document: Recommendation,
  at: number,
  step: TimelineEntry['step'],
  text: string,
  by: string | null = null,
): Recommendation {
  return { ...document, timeline: [...document.timeline, { at: formatInstant(at), step, by, text }] };
}

/** Records an act in the ledger of decisions, with its evidence, so that the saving can be recomputed. */
export function recordDecidedAct(
  { decisions }: Pick<RecommendationDeps, 'decisions'>,
  sql: Sql,
  document: Recommendation,
  act: {
    readonly act: 'approved' | 'applied' | 'dismissed' | 'undone';
    readonly actor: string;
    readonly summary: string;
  },
): Promise<string> {
  const { recommendation, kind, title, subject, before, after, saving, confidence, evidence, action } = document;
  return decisions.recordAct(sql, {
    ...act,
    about: recommendation,
    subject,
    evidence: { kind, title, before, after, saving, confidence, action, evidence },
  });
}
