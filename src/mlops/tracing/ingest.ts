import type { Sql, Store } from '../../platform/store/index.ts';
import { replaceUnkept } from '../../platform/units/index.ts';
import { buildPreview, redactNamed, selectOwnTokens, sumTokens, toMlflowUsage, toPlainValue } from '../otlp/index.ts';
import { buildTracesFolder, type Experiments, readExperimentId, requireActiveExperiment } from './experiment.ts';
import type { SpanRecord } from './span-record.ts';
import { findTokenTrees, saveSpans } from './span-store.ts';
import { readRowTokens, type TraceRow, type TraceState } from './tables.ts';
import { countTokens, type TokenCountDeps, type TokenTrees } from './token-counts.ts';
import {
  findTraceRows,
  listKeyValues,
  saveKeyValues,
  saveLinks,
  saveTraceRows,
  type TraceKeyValue,
} from './trace-store.ts';
import { buildCutEntry } from './trace-values.ts';
import { IN_TRACKING_STORE, metadataKeys, TRACE_TAG_PREFIX, tagKeys } from './types.ts';

export interface IngestDeps extends TokenCountDeps {
  readonly store: Store;
  readonly experiments: Experiments;
}

export interface SpanBatch {
  readonly experimentId: string;
  /** Run that the traces belong to, where the sender named one. */
  readonly runId: string | null;
  readonly records: readonly SpanRecord[];
}

const INPUTS = 'mlflow.spanInputs';
const OUTPUTS = 'mlflow.spanOutputs';

/** Stores a batch of spans, all or none, and updates their traces. */
export async function storeSpans(deps: IngestDeps, batch: SpanBatch): Promise<void> {
  const byTrace = Map.groupBy(selectLastOfEach(batch.records), (record) => record.row.trace_id);
  const traceIds = [...byTrace.keys()].toSorted();
  await deps.store.transaction(async (sql) => {
    const known = await findTraceRows(sql, traceIds);
    const experiment = await requireActiveExperiment(deps.experiments, sql, readExperimentId(batch.experimentId));
    const rows = traceIds.map((id) => buildTraceRow(byTrace.get(id) ?? [], known.get(id), experiment.experimentId));
    await saveTraceRows(sql, rows);
    const experimentOf = new Map(rows.map((row) => [row.trace_id, row.experiment_id]));
    await saveSpans(
      sql,
      [...byTrace.values()].flat().map(({ row }) => ({
        ...row,
        experiment_id: experimentOf.get(row.trace_id) ?? experiment.experimentId,
      })),
    );
    const fresh = traceIds.filter((id) => !known.has(id));
    await saveKeyValues(
      sql,
      'trace_tag',
      fresh.map((id) => ({ trace_id: id, key: tagKeys.artifactLocation, value: buildTracesFolder(experiment, id) })),
    );
    await saveTags(sql, byTrace);
    await nameTraces(sql, byTrace);
    const trees = await findTokenTrees(sql, traceIds);
    await saveMetadata(sql, byTrace, known, trees);
    if (batch.runId !== null) await linkRun(sql, byTrace, batch.runId);
    await countTokens(deps, sql, trees, 'changed');
  });
}

/** A statement cannot write a row twice; for two spans with the same id, the later one is stored. */
function selectLastOfEach(records: readonly SpanRecord[]): SpanRecord[] {
  return [...new Map(records.map((record) => [`${record.row.trace_id} ${record.row.span_id}`, record])).values()];
}

function buildTraceRow(records: readonly SpanRecord[], known: TraceRow | undefined, experimentId: number): TraceRow {
  const start = Math.min(...records.map(({ row }) => Math.floor(row.start_us / 1000)));
  const ends = records.flatMap(({ row }) => (row.end_us === null ? [] : [Math.floor(row.end_us / 1000)]));
  const end = ends.length === 0 ? null : Math.max(...ends);
  const root = findRoot(records);
  const requestPreview = buildPreview(root?.attributes.get(INPUTS), 'user');
  const responsePreview = buildPreview(root?.attributes.get(OUTPUTS), 'assistant');
  const rootState: TraceState = root === undefined ? 'IN_PROGRESS' : root.row.status === 'ERROR' ? 'ERROR' : 'OK';
  if (known === undefined) {
    return {
      trace_id: records[0]?.row.trace_id ?? '',
      experiment_id: experimentId,
      request_time: start,
      execution_duration: end === null ? null : Math.max(0, end - start),
      state: rootState,
      client_request_id: null,
      request_preview: cutPreview(requestPreview),
      response_preview: cutPreview(responsePreview),
      finalized: 0,
    };
  }
  const isOpen = known.state === 'IN_PROGRESS' || known.state === 'STATE_UNSPECIFIED';
  return {
    ...known,
    ...(known.finalized === 1 ? {} : mergeTimes(known, start, end)),
    state: isOpen && root !== undefined ? rootState : known.state,
    request_preview: known.request_preview ?? cutPreview(requestPreview),
    response_preview: known.response_preview ?? cutPreview(responsePreview),
  };
}

function mergeTimes(known: TraceRow, start: number, end: number | null) {
  const first = Math.min(known.request_time, start);
  const knownEnd = known.execution_duration === null ? null : known.request_time + known.execution_duration;
  const last = Math.max(knownEnd ?? 0, end ?? 0);
  return { request_time: first, execution_duration: last === 0 ? null : Math.max(0, last - first) };
}

function cutPreview(preview: string | null): string | null {
  return preview === null ? null : replaceUnkept(preview);
}

function findRoot(records: readonly SpanRecord[]): SpanRecord | undefined {
  return records.find(({ row }) => row.parent_span_id === null);
}

type ByTrace = ReadonlyMap<string, readonly SpanRecord[]>;

/** Location of the spans, their resource, and the tags that an exporter set on the root span. */
async function saveTags(sql: Sql, byTrace: ByTrace): Promise<void> {
  const tags = [...byTrace].flatMap(([traceId, records]): TraceKeyValue[] => {
    const resource = records.find((record) => record.resource.length > 0)?.resource ?? [];
    const ofResource = resource
      .filter(({ key }) => !key.startsWith('telemetry.sdk.') && !key.startsWith('mlflow.'))
      .map(({ key, value }) => buildEntry(traceId, key, toPlainValue(value)));
    const ofRoot = [...(findRoot(records)?.attributes ?? [])]
      .filter(([key]) => key.startsWith(TRACE_TAG_PREFIX))
      .map(([key, value]) => buildEntry(traceId, key.slice(TRACE_TAG_PREFIX.length), value))
      .filter(({ key }) => key !== tagKeys.spansLocation && key !== tagKeys.artifactLocation);
    const location = { trace_id: traceId, key: tagKeys.spansLocation, value: IN_TRACKING_STORE };
    return [...ofResource, ...ofRoot, location];
  });
  await saveKeyValues(
    sql,
    'trace_tag',
    tags.filter(({ key }) => key !== ''),
  );
}

/** The name of a trace is that of its root span, until a client sets another. */
async function nameTraces(sql: Sql, byTrace: ByTrace): Promise<void> {
  const names = [...byTrace].flatMap(([traceId, records]) => {
    const root = findRoot(records);
    return root === undefined ? [] : [buildEntry(traceId, tagKeys.name, root.row.name)];
  });
  await saveKeyValues(sql, 'trace_tag', names, true);
}

function buildEntry(traceId: string, key: string, value: unknown): TraceKeyValue {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return buildCutEntry(traceId, key, redactNamed(key, text));
}

/** Session and user keep their first value; usage follows the spans until a client reports it explicitly. */
async function saveMetadata(
  sql: Sql,
  byTrace: ByTrace,
  known: ReadonlyMap<string, TraceRow>,
  trees: TokenTrees,
): Promise<void> {
  const first: TraceKeyValue[] = [];
  for (const [traceId, records] of byTrace) {
    const find = (...keys: string[]) =>
      records.flatMap(({ attributes }) => keys.map((key) => attributes.get(key))).find((value) => value !== undefined);
    const session = find('session.id', 'gen_ai.conversation.id', metadataKeys.session);
    const user = find('user.id', metadataKeys.user);
    if (session !== undefined) first.push(buildEntry(traceId, metadataKeys.session, session));
    if (user !== undefined) first.push(buildEntry(traceId, metadataKeys.user, user));
  }
  await saveKeyValues(sql, 'trace_metadata', first, true);
  await saveKeyValues(sql, 'trace_metadata', await buildUsageEntries(sql, trees, known));
}

async function buildUsageEntries(
  sql: Sql,
  trees: TokenTrees,
  known: ReadonlyMap<string, TraceRow>,
): Promise<TraceKeyValue[]> {
  const finalized = [...trees.keys()].filter((id) => known.get(id)?.finalized === 1);
  const given = await listKeyValues(sql, 'trace_metadata', finalized);
  return [...trees].flatMap(([traceId, tree]) => {
    if (given.get(traceId)?.[metadataKeys.tokenUsage] !== undefined) return [];
    const own = selectOwnTokens(
      tree.map((row) => ({ spanId: row.span_id, parentSpanId: row.parent_span_id, tokens: readRowTokens(row) })),
    );
    const total = sumTokens(own);
    if (total === null) return [];
    return [{ trace_id: traceId, key: metadataKeys.tokenUsage, value: JSON.stringify(toMlflowUsage(total)) }];
  });
}

async function linkRun(sql: Sql, byTrace: ByTrace, runId: string): Promise<void> {
  const whole = [...byTrace].filter(([, records]) => findRoot(records) !== undefined);
  await saveLinks(
    sql,
    whole.map(([traceId]) => ({ trace_id: traceId, kind: 'run' as const, target: runId })),
  );
}
