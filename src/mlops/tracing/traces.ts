import { randomUUID } from 'node:crypto';
import type { Objects } from '../../platform/objects/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { replaceUnkept } from '../../platform/units/index.ts';
import { redactText } from '../otlp/index.ts';
import type { ExperimentFacts } from '../tracking/index.ts';
import {
  buildDoesNotExist,
  buildInvalidParameter,
  checkLength,
  checkName,
  checkRunId,
  MAX_KEY_LENGTH,
} from '../wire/index.ts';
import { type Assessment, toAssessmentRow } from './assessment.ts';
import type { NewAssessmentId } from './assessment-ids.ts';
import { saveAssessments } from './assessment-store.ts';
import { buildTracesFolder, type Experiments, readExperimentId, requireActiveExperiment } from './experiment.ts';
import { moveSpans } from './span-store.ts';
import type { TraceRow, TraceState } from './tables.ts';
import { countTokensAgain, isSubjectTag, type TokenCountDeps } from './token-counts.ts';
import {
  type DeleteSelection,
  deleteTag,
  deleteTraces,
  findTrace,
  findTraceRows,
  saveKeyValues,
  saveLinks,
  saveTraceRows,
} from './trace-store.ts';
import { buildCutEntry, buildEntries } from './trace-values.ts';
import { type TraceInfo, tagKeys } from './types.ts';

export interface TracesDeps extends TokenCountDeps {
  readonly store: Store;
  readonly experiments: Experiments;
  readonly artifacts: TraceArtifacts;
  readonly objects: Pick<Objects, 'remove'>;
  readonly newAssessmentId: NewAssessmentId;
}

/** Interface that traces need from the artifacts of tracking. */
export interface TraceArtifacts {
  /** Folder of objects that only this id uses; null when this server does not store its artifacts. */
  objectFolder(artifactUri: string, id: string): string | null;
}

/** A client's complete report of a trace. */
export interface TraceInput {
  readonly traceId: string;
  readonly experimentId: string;
  readonly requestTime: number;
  readonly executionDuration: number | null;
  readonly state: TraceState;
  readonly clientRequestId: string | null;
  readonly requestPreview: string | null;
  readonly responsePreview: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly assessments: readonly Assessment[];
}

export type TraceEnd = Pick<TraceInput, 'traceId' | 'state' | 'tags' | 'metadata'> & { readonly endTime: number };

/** Traces of one request, at most. */
const MAX_LINKS = 100;
/** Characters of a prompt's name and version; they are in an index. */
const MAX_LINK_LENGTH = 500;
/** Tags that only the server sets: a client that sets them could hide the location of the spans. */
const OWN_TAGS: readonly string[] = [tagKeys.spansLocation, 'mlflow.trace.archiveLocation'];

export type Traces = ReturnType<typeof createTraces>;

/** Traces as clients report, tag, link and delete them. */
export function createTraces(deps: TracesDeps) {
  const { store } = deps;
  return {
    start: (input: TraceInput): Promise<TraceInfo> => store.transaction((sql) => startTrace(deps, sql, input)),
    /** Start message of clients before 3.0; the server assigns the id. */
    startOld: (input: Omit<TraceInput, 'traceId'>): Promise<TraceInfo> => {
      const traceId = randomUUID().replaceAll('-', '');
      return store.transaction((sql) => startTrace(deps, sql, { ...input, traceId }));
    },
    endOld: (end: TraceEnd): Promise<TraceInfo> => store.transaction((sql) => endTrace(deps, sql, end)),
    get: (traceId: string): Promise<TraceInfo> => requireTrace(store, traceId),
    async setTag(traceId: string, key: string, value: string): Promise<void> {
      checkTag(key, 'set');
      checkName(key, 'key');
      checkLength('key', key, MAX_KEY_LENGTH);
      await store.transaction(async (sql) => {
        await requireRow(sql, traceId);
        await saveKeyValues(sql, 'trace_tag', buildEntries(traceId, { [key]: value }));
        if (isSubjectTag(key)) await countTokensAgain(deps, sql, [traceId]);
      });
    },
    async deleteTag(traceId: string, key: string): Promise<void> {
      checkTag(key, 'deleted');
      await store.transaction(async (sql) => {
        await requireRow(sql, traceId);
        const found = await deleteTag(sql, traceId, key);
        if (!found) throw buildDoesNotExist(`No trace tag with key '${key}' for trace with ID '${traceId}'`);
        if (isSubjectTag(key)) await countTokensAgain(deps, sql, [traceId]);
      });
    },
    async delete(selection: Omit<DeleteSelection, 'experimentId'> & { experimentId: string }): Promise<number> {
      checkDeletion(selection);
      const experimentId = readExperimentId(selection.experimentId);
      const removed = await store.transaction((sql) => deleteTraces(sql, { ...selection, experimentId }));
      const experiment = await deps.experiments.experiment(store, experimentId);
      if (experiment !== null) for (const traceId of removed) await removeArtifacts(deps, experiment, traceId);
      return removed.length;
    },
    async linkToRun(traceIds: readonly string[], runId: string): Promise<void> {
      checkRunId(runId);
      if (traceIds.length > MAX_LINKS) {
        throw buildInvalidParameter(
          `Cannot link more than ${MAX_LINKS} traces to a run in a single request. Provided ${traceIds.length} traces.`,
        );
      }
      await store.transaction(async (sql) => {
        const known = [...(await findTraceRows(sql, traceIds)).keys()];
        await saveLinks(
          sql,
          known.map((traceId) => ({ trace_id: traceId, kind: 'run' as const, target: runId })),
        );
        await countTokensAgain(deps, sql, known);
      });
    },
    async linkPrompts(traceId: string, prompts: readonly { name: string; version: string }[]): Promise<void> {
      for (const { name, version } of prompts) checkLength('prompt_versions', `${name}/${version}`, MAX_LINK_LENGTH);
      await store.transaction(async (sql) => {
        await requireRow(sql, traceId);
        await saveLinks(
          sql,
          prompts.map(({ name, version }) => ({
            trace_id: traceId,
            kind: 'prompt' as const,
            target: `${name}/${version}`,
          })),
        );
      });
    },
  };
}

async function startTrace(deps: TracesDeps, sql: Sql, input: TraceInput): Promise<TraceInfo> {
  const experiment = await requireActiveExperiment(deps.experiments, sql, readExperimentId(input.experimentId));
  const { traceId } = input;
  const known = (await findTraceRows(sql, [traceId])).get(traceId);
  const row: TraceRow = {
    trace_id: traceId,
    experiment_id: experiment.experimentId,
    request_time: input.requestTime,
    execution_duration: input.executionDuration,
    state: input.state,
    client_request_id: cutPreview(input.clientRequestId),
    request_preview: cutPreview(input.requestPreview) ?? known?.request_preview ?? null,
    response_preview: cutPreview(input.responsePreview) ?? known?.response_preview ?? null,
    finalized: 1,
  };
  await saveTraceRows(sql, [row]);
  if (known !== undefined) await moveSpans(sql, traceId, experiment.experimentId);
  const tags = Object.fromEntries(Object.entries(input.tags).filter(([key]) => !OWN_TAGS.includes(key)));
  const artifacts = buildCutEntry(traceId, tagKeys.artifactLocation, buildTracesFolder(experiment, traceId));
  await saveKeyValues(sql, 'trace_tag', [...buildEntries(traceId, tags), artifacts]);
  await saveKeyValues(sql, 'trace_metadata', buildEntries(traceId, input.metadata));
  const time = new Date(input.requestTime).toISOString();
  await saveAssessments(
    sql,
    input.assessments.map((assessment) =>
      toAssessmentRow(
        { create_time: time, last_update_time: time, ...assessment },
        { assessmentId: assessment.assessment_id || deps.newAssessmentId(), traceId },
      ),
    ),
  );
  await countTokensAgain(deps, sql, [traceId]);
  return requireTrace(sql, traceId);
}

/**
 * The folder comes from the experiment, not from a tag of the trace: a tag could name artifacts of another owner. The
 * files are removed after the rows; a crash between the two steps leaves orphaned files.
 */
async function removeArtifacts(deps: TracesDeps, experiment: ExperimentFacts, traceId: string): Promise<void> {
  const folder = deps.artifacts.objectFolder(buildTracesFolder(experiment, traceId), traceId);
  if (folder !== null) await deps.objects.remove(folder);
}

async function endTrace(deps: TracesDeps, sql: Sql, end: TraceEnd): Promise<TraceInfo> {
  const row = await requireRow(sql, end.traceId);
  const duration = Math.min(Math.max(0, end.endTime - row.request_time), Number.MAX_SAFE_INTEGER);
  await saveTraceRows(sql, [{ ...row, execution_duration: duration, state: end.state, finalized: 1 }]);
  const tags = Object.fromEntries(Object.entries(end.tags).filter(([key]) => !OWN_TAGS.includes(key)));
  await saveKeyValues(sql, 'trace_tag', buildEntries(end.traceId, tags));
  await saveKeyValues(sql, 'trace_metadata', buildEntries(end.traceId, end.metadata));
  await countTokensAgain(deps, sql, [end.traceId]);
  return requireTrace(sql, end.traceId);
}

function cutPreview(preview: string | null): string | null {
  return preview === null ? null : redactText(replaceUnkept(preview));
}

/** Error: RESOURCE_DOES_NOT_EXIST. */
export async function requireTrace(sql: Sql, traceId: string): Promise<TraceInfo> {
  const trace = await findTrace(sql, traceId);
  if (trace === null) throw buildTraceNotFound(traceId);
  return trace;
}

export async function requireRow(sql: Sql, traceId: string): Promise<TraceRow> {
  const row = (await findTraceRows(sql, [traceId])).get(traceId);
  if (row === undefined) throw buildTraceNotFound(traceId);
  return row;
}

function buildTraceNotFound(traceId: string): Error {
  return buildDoesNotExist(`Trace with ID '${traceId}' not found.`, 'trace_not_found');
}

function checkTag(key: string, operation: 'set' | 'deleted'): void {
  if (!OWN_TAGS.includes(key)) return;
  throw buildInvalidParameter(`Tag '${key}' is immutable and cannot be ${operation} on a trace.`);
}

function checkDeletion({ traceIds, maxTimestamp, maxTraces }: Omit<DeleteSelection, 'experimentId'>): void {
  if (maxTimestamp === null && traceIds.length === 0) {
    throw buildInvalidParameter('Either `max_timestamp_millis` or `trace_ids` must be specified.');
  }
  if (maxTimestamp !== null && traceIds.length > 0) {
    throw buildInvalidParameter('Only one of `max_timestamp_millis` and `trace_ids` can be specified.');
  }
  if (traceIds.length > 0 && maxTraces !== null) {
    throw buildInvalidParameter("`max_traces` can't be specified if `trace_ids` is specified.");
  }
  if (maxTraces !== null && maxTraces <= 0) {
    throw buildInvalidParameter(`\`max_traces\` must be a positive integer, received ${maxTraces}.`);
  }
}
