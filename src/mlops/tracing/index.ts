import type { Plugin, Route } from '../../platform/http/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { MlflowRoute } from '../wire/index.ts';
import { createAssessmentIds } from './assessment-ids.ts';
import { createAssessments } from './assessments.ts';
import type { IngestDeps } from './ingest.ts';
import { assessmentRoutes } from './mlflow-assessments.ts';
import { traceRoutes } from './mlflow-traces.ts';
import { type CheckTraces, otlpPlugin } from './otlp-plugin.ts';
import { tracingRoutes } from './routes.ts';
import { createSearches } from './searches.ts';
import type { TokenPricing } from './token-pricing.ts';
import { createTraces, type TracesDeps } from './traces.ts';

export { tracingMigrations } from './migrations.ts';
export type { CheckTraces } from './otlp-plugin.ts';
export { findTraceOwners, listNamedTraces, type TraceOwner } from './trace-owners.ts';

export interface TracingDeps extends IngestDeps, Omit<TracesDeps, 'newAssessmentId'> {
  /** Refuses spans for an experiment, run or trace of another team. Error: `not_permitted`. */
  readonly checkWrite: CheckTraces;
  readonly clock: Clock;
  /** Prices of the tokens of spans, implemented by FinOps. */
  readonly pricing: TokenPricing;
}

/** Traces of applications, their spans and their assessments. Emits `trace.tokens_counted` with the token usage of spans. */
export interface Tracing {
  readonly routes: readonly Route[];
  readonly mlflowRoutes: readonly MlflowRoute[];
  /** Spans by OTLP. */
  readonly otlpPlugin: Plugin;
}

/** Creates the tracing service; `main.ts` calls it once. */
export function createTracing(deps: TracingDeps): Tracing {
  const { store, clock } = deps;
  const searches = createSearches({ store });
  const newAssessmentId = createAssessmentIds(clock);
  return {
    routes: tracingRoutes({ store, searches, pricing: deps.pricing }),
    mlflowRoutes: [
      ...traceRoutes({ store, pricing: deps.pricing, traces: createTraces({ ...deps, newAssessmentId }), searches }),
      ...assessmentRoutes(createAssessments({ store, clock, newAssessmentId })),
    ],
    otlpPlugin: otlpPlugin(deps),
  };
}
