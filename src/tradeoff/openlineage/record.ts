import { z } from 'zod';
import type { Registry } from '../../mlops/registry/index.ts';
import { type LineageRun, type Tracking, unknownCost } from '../../mlops/tracking/index.ts';
import type { StoredEvent } from '../../platform/events/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { UtcInstant } from '../../platform/units/index.ts';
import { buildEventDocument, type EventFacts, type Names } from './document.ts';
import type { OpenLineageEvent } from './schema.ts';

export interface RecordDeps {
  readonly tracking: Pick<Tracking, 'lineage' | 'costs' | 'run'>;
  readonly registry: Pick<Registry, 'versionsOfRun'>;
  readonly names: Names;
}

/** Events that are converted to OpenLineage. */
export const recordedEvents = ['run.created', 'run.ended', 'run.cost_changed', 'model_version.created'] as const;

const RunEvent = z.object({
  runId: z.string().nullable(),
  status: z.string().optional(),
  startTime: UtcInstant.optional(),
  endTime: UtcInstant.nullable().optional(),
});

const ENDS: Readonly<Record<string, OpenLineageEvent['eventType']>> = {
  FINISHED: 'COMPLETE',
  FAILED: 'FAIL',
  KILLED: 'ABORT',
};
/** Models named in one event. */
const MOST_MODELS = 100;

/** The document of an event, or null for an event without one: a cost while the run is still running, a deleted run. */
export async function buildDocument(deps: RecordDeps, sql: Sql, event: StoredEvent): Promise<OpenLineageEvent | null> {
  const payload = RunEvent.parse(event.payload);
  const { lineage } = deps.tracking;
  const [run] = payload.runId === null ? [] : await lineage.runs(sql, [payload.runId]);
  if (run === undefined) return null;
  const kind = toEventKind(event, payload, run.status);
  if (kind === null) return null;
  const isStart = kind.eventType === 'START';
  const facts: EventFacts = {
    ...kind,
    run,
    parent: await findParentRun(deps, sql, run.runId),
    cost: isStart ? null : ((await deps.tracking.costs(sql, [run.runId])).get(run.runId) ?? unknownCost),
    ...(isStart ? NOTHING_YET : await readLinks(deps, sql, run.runId)),
  };
  return buildEventDocument(facts, deps.names);
}

/** The parent run by MLflow's tag. */
async function findParentRun({ tracking }: RecordDeps, sql: Sql, runId: string): Promise<LineageRun | null> {
  const parent = (await tracking.run(sql, runId))?.tags['mlflow.parentRunId'];
  const [found = null] = parent === undefined ? [] : await tracking.lineage.runs(sql, [parent]);
  return found;
}

type Links = Pick<EventFacts, 'datasets' | 'modelsRead' | 'modelsLogged' | 'versions'>;
const NOTHING_YET: Links = { datasets: [], modelsRead: [], modelsLogged: [], versions: [] };

async function readLinks({ tracking: { lineage }, registry }: RecordDeps, sql: Sql, runId: string): Promise<Links> {
  return {
    datasets: await lineage.datasetsOfRun(sql, runId),
    modelsRead: await lineage.modelsReadBy(sql, runId, MOST_MODELS),
    modelsLogged: await lineage.modelsOfRun(sql, runId, MOST_MODELS),
    versions: await registry.versionsOfRun(sql, runId),
  };
}

function toEventKind(
  event: StoredEvent,
  { status, startTime, endTime }: z.infer<typeof RunEvent>,
  statusNow: string,
): Pick<EventFacts, 'eventType' | 'eventTime'> | null {
  if (event.type === 'run.created') return { eventType: 'START', eventTime: startTime ?? event.at };
  if (event.type === 'run.ended') {
    const eventType = ENDS[status ?? ''];
    return eventType === undefined ? null : { eventType, eventTime: endTime ?? event.at };
  }
  // The end event of a run includes its cost; only later cost changes have their own event.
  if (event.type === 'run.cost_changed' && ENDS[statusNow] === undefined) return null;
  return { eventType: 'OTHER', eventTime: event.at };
}
