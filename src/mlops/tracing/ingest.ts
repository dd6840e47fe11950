import type { Sql, Store } from '../../platform/store/index.ts';
import { replaceUnkept } from '../../platform/units/index.ts';
import { mlflowUsage, ownTokens, plainValue, previewOf, redactNamed, totalTokens } from '../otlp/index.ts';
import { activeExperiment, type Experiments, readExperimentId, tracesFolder } from './experiment.ts';
import type { SpanRecord } from './span-record.ts';
import { putSpans, tokenTrees } from './span-store.ts';
import { type TraceRow, type TraceState, tokensOfRow } from './tables.ts';
import { countTokens, type TokenCountDeps, type TokenTrees } from './token-counts.ts';
import { findTraceRows, keyValues, putKeyValues, putLinks, putTraceRows, type TraceKeyValue } from './trace-store.ts';
import { cutEntry } from './trace-values.ts';
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
  const byTrace = Map.groupBy(lastOfEach(batch.records), (record) => record.row.trace_id);
  const traceIds = [...byTrace.keys()].toSorted();
  await deps.store.transaction(async (sql) => {
    const known = await findTraceRows(sql, traceIds);
    const experiment = await activeExperiment(deps.experiments, sql, readExperimentId(batch.experimentId));
    const rows = traceIds.map((id) => traceRow(byTrace.get(id) ?? [], known.get(id), experiment.experimentId));
    await putTraceRows(sql, rows);
    const experimentOf = new Map(rows.map((row) => [row.trace_id, row.experiment_id]));
    await putSpans(
      sql,
      [...byTrace.values()].flat().map(({ row }) => ({
        ...row,
        experiment_id: experimentOf.get(row.trace_id) ?? experiment.experimentId,
      })),
    );
    const fresh = traceIds.filter((id) => !known.has(id));
    await putKeyValues(
      sql,
      'trace_tag',
      fresh.map((id) => ({ trace_id: id, key: tagKeys.artifactLocation, value: tracesFolder(experiment, id) })),
    );
    await putTags(sql, byTrace);
    await nameTraces(sql, byTrace);
    const trees = await tokenTrees(sql, traceIds);
    await putMetadata(sql, byTrace, known, trees);
    if (batch.runId !== null) await linkRun(sql, byTrace, batch.runId);
    await countTokens(deps, sql, trees, 'changed');
  });
}

/** A statement cannot write a row twice; for two spans with the same id, the later one is stored. */
function lastOfEach(records: readonly SpanRecord[]): SpanRecord[] {
  return [...new Map(records.map((record) => [`${record.row.trace_id} ${record.row.span_id}`, record])).values()];
}

function traceRow(records: readonly SpanRecord[], known: TraceRow | undefined, experimentId: number): TraceRow {
  const start = Math.min(...records.map(({ row }) => Math.floor(row.start_us / 1000)));
  const ends = records.flatMap(({ row }) => (row.end_us === null ? [] : [Math.floor(row.end_us / 1000)]));
  const end = ends.length === 0 ? null : Math.max(...ends);
  const root = rootOf(records);
  const requestPreview = previewOf(root?.attributes.get(INPUTS), 'user');
  const responsePreview = previewOf(root?.attributes.get(OUTPUTS), 'assistant');
  const rootState: TraceState = root === undefined ? 'IN_PROGRESS' : root.row.status === 'ERROR' ? 'ERROR' : 'OK';
  if (known === undefined) {
    return {
      trace_id: records[0]?.row.trace_id ?? '',
      experiment_id: experimentId,
      request_time: start,
      execution_duration: end === null ? null : Math.max(0, end - start),
      state: rootState,
      client_request_id: null,
      request_preview: kept(requestPreview),
      response_preview: kept(responsePreview),
      finalized: 0,
    };
  }
  const isOpen = known.state === 'IN_PROGRESS' || known.state === 'STATE_UNSPECIFIED';
  return {
    ...known,
    ...(known.finalized === 1 ? {} : timesOf(known, start, end)),
    state: isOpen && root !== undefined ? rootState : known.state,
    request_preview: known.request_preview ?? kept(requestPreview),
    response_preview: known.response_preview ?? kept(responsePreview),
  };
}

function timesOf(known: TraceRow, start: number, end: number | null) {
  const first = Math.min(known.request_time, start);
  const knownEnd = known.execution_duration === null ? null : known.request_time + known.execution_duration;
  const last = Math.max(knownEnd ?? 0, end ?? 0);
  return { request_time: first, execution_duration: last === 0 ? null : Math.max(0, last - first) };
}

function kept(preview: string | null): string | null {
  return preview === null ? null : replaceUnkept(preview);
}

function rootOf(records: readonly SpanRecord[]): SpanRecord | undefined {
  return records.find(({ row }) => row.parent_span_id === null);
}

type ByTrace = ReadonlyMap<string, readonly SpanRecord[]>;

/** Location of the spans, their resource, and the tags that an exporter set on the root span. */
async function putTags(sql: Sql, byTrace: ByTrace): Promise<void> {
  const tags = [...byTrace].flatMap(([traceId, records]): TraceKeyValue[] => {
    const resource = records.find((record) => record.resource.length > 0)?.resource ?? [];
    const ofResource = resource
      .filter(({ key }) => !key.startsWith('telemetry.sdk.') && !key.startsWith('mlflow.'))
      .map(({ key, value }) => entryOf(traceId, key, plainValue(value)));
    const ofRoot = [...(rootOf(records)?.attributes ?? [])]
      .filter(([key]) => key.startsWith(TRACE_TAG_PREFIX))
      .map(([key, value]) => entryOf(traceId, key.slice(TRACE_TAG_PREFIX.length), value))
      .filter(({ key }) => key !== tagKeys.spansLocation && key !== tagKeys.artifactLocation);
    const location = { trace_id: traceId, key: tagKeys.spansLocation, value: IN_TRACKING_STORE };
    return [...ofResource, ...ofRoot, location];
  });
  await putKeyValues(
    sql,
    'trace_tag',
    tags.filter(({ key }) => key !== ''),
  );
}

/** The name of a trace is that of its root span, until a client sets another. */
async function nameTraces(sql: Sql, byTrace: ByTrace): Promise<void> {
  const names = [...byTrace].flatMap(([traceId, records]) => {
    const root = rootOf(records);
    return root === undefined ? [] : [entryOf(traceId, tagKeys.name, root.row.name)];
  });
  await putKeyValues(sql, 'trace_tag', names, true);
}

function entryOf(traceId: string, key: string, value: unknown): TraceKeyValue {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return cutEntry(traceId, key, redactNamed(key, text));
}

/** Session and user keep their first value; usage follows the spans until a client reports it explicitly. */
async function putMetadata(
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
    if (session !== undefined) first.push(entryOf(traceId, metadataKeys.session, session));
    if (user !== undefined) first.push(entryOf(traceId, metadataKeys.user, user));
  }
  await putKeyValues(sql, 'trace_metadata', first, true);
  await putKeyValues(sql, 'trace_metadata', await usageEntries(sql, trees, known));
}

async function usageEntries(
  sql: Sql,
  trees: TokenTrees,
  known: ReadonlyMap<string, TraceRow>,
): Promise<TraceKeyValue[]> {
  const finalized = [...trees.keys()].filter((id) => known.get(id)?.finalized === 1);
  const given = await keyValues(sql, 'trace_metadata', finalized);
  return [...trees].flatMap(([traceId, tree]) => {
    if (given.get(traceId)?.[metadataKeys.tokenUsage] !== undefined) return [];
    const own = ownTokens(
      tree.map((row) => ({ spanId: row.span_id, parentSpanId: row.parent_span_id, tokens: tokensOfRow(row) })),
    );
    const total = totalTokens(own);
    if (total === null) return [];
    return [{ trace_id: traceId, key: metadataKeys.tokenUsage, value: JSON.stringify(mlflowUsage(total)) }];
  });
}

async function linkRun(sql: Sql, byTrace: ByTrace, runId: string): Promise<void> {
  const whole = [...byTrace].filter(([, records]) => rootOf(records) !== undefined);
  await putLinks(
    sql,
    whole.map(([traceId]) => ({ trace_id: traceId, kind: 'run' as const, target: runId })),
  );
}
