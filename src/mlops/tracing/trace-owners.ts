import type { Sql } from '../../platform/store/index.ts';
import { toPlainValue } from '../otlp/index.ts';
import { ownerTags, readOwner } from '../tracking/index.ts';
import type { Fields } from '../wire/index.ts';
import type { SpanRecord } from './span-record.ts';
import { findTraceRows, listKeyValues, listLinkedRuns } from './trace-store.ts';
import { metadataKeys, TRACE_TAG_PREFIX } from './types.ts';

/** Experiment, run and team of a trace, as the trace names them. */
export interface TraceOwner {
  readonly experimentId: number;
  /** The run of the trace, or a linked run; null for none. */
  readonly runId: string | null;
  readonly team: string | null;
  readonly project: string | null;
}

interface TraceFacts extends Pick<TraceOwner, 'experimentId' | 'runId'> {
  /** Tags and metadata by key. Of the same key in both, the tag counts. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Experiment, run and labels of existing traces, by trace id. */
export async function findTraceFacts(sql: Sql, traceIds: readonly string[]): Promise<Map<string, TraceFacts>> {
  const rows = await findTraceRows(sql, traceIds);
  if (rows.size === 0) return new Map();
  const ids = [...rows.keys()];
  const tags = await listKeyValues(sql, 'trace_tag', ids);
  const metadata = await listKeyValues(sql, 'trace_metadata', ids);
  const linked = await listLinkedRuns(sql, ids);
  return new Map(
    [...rows].map(([traceId, { experiment_id: experimentId }]) => {
      const runId = metadata.get(traceId)?.[metadataKeys.sourceRun] ?? linked.get(traceId) ?? null;
      return [traceId, { experimentId, runId, labels: { ...metadata.get(traceId), ...tags.get(traceId) } }];
    }),
  );
}

/** Owners of those of these traces that exist, by trace id. */
export async function findTraceOwners(sql: Sql, traceIds: readonly string[]): Promise<Map<string, TraceOwner>> {
  const facts = await findTraceFacts(sql, traceIds);
  return new Map(
    [...facts].map(([traceId, { experimentId, runId, labels }]) => {
      return [traceId, { experimentId, runId, ...readOwner(toPairs(labels)) }];
    }),
  );
}

type Pair = { readonly key: string; readonly value: string };

/** Entities that a message about traces names. */
export interface NamedTraces {
  readonly traceIds: readonly string[];
  readonly experimentIds: readonly string[];
  readonly runIds: readonly string[];
  /** Tags and metadata that it sets. */
  readonly tags: readonly Pair[];
}

/** Reads which traces a message of `traces/…` changes, and where it puts them; of MLflow 2 and of MLflow 3. */
export function listNamedTraces(call: {
  readonly fields: Fields;
  readonly params: Readonly<Record<string, string>>;
}): NamedTraces {
  const { fields, params } = call;
  const info = fields.message('trace')?.message('trace_info');
  const place = info?.message('trace_location')?.message('mlflow_experiment');
  const metadata = [...readPairs(fields, 'request_metadata'), ...toPairs(info?.json('trace_metadata'))];
  const single = fields.has('key') ? [{ key: fields.text('key') ?? '', value: fields.text('value') ?? '' }] : [];
  return {
    traceIds: selectPresent(
      params.traceId,
      fields.text('trace_id'),
      info?.text('trace_id'),
      ...fields.texts('trace_ids'),
    ),
    experimentIds: selectPresent(fields.text('experiment_id'), place?.text('experiment_id')),
    runIds: selectPresent(fields.text('run_id'), metadata.find(({ key }) => key === metadataKeys.sourceRun)?.value),
    tags: [...metadata, ...readPairs(fields, 'tags'), ...toPairs(info?.json('tags')), ...single],
  };
}

/** The distinct owners that spans claim for their traces: by their resource, or by tags on the root span. */
export function readClaimedOwners(records: readonly SpanRecord[]): Pair[][] {
  const claims = new Map<string, Pair[]>();
  for (const { resource, attributes } of records) {
    const pairs = [
      ...resource.map(({ key, value }) => ({ key, value: String(toPlainValue(value)) })),
      ...[...attributes]
        .filter(([key]) => key.startsWith(TRACE_TAG_PREFIX))
        .map(([key, value]) => ({ key: key.slice(TRACE_TAG_PREFIX.length), value: String(value) })),
    ].filter(({ key }) => ownerTags.has(key));
    if (pairs.length > 0) claims.set(JSON.stringify(pairs), pairs);
  }
  return [...claims.values()];
}

function selectPresent(...values: readonly (string | undefined)[]): string[] {
  return values.filter((value): value is string => value !== undefined && value !== '');
}

/** `[{key, value}]` of MLflow 2. */
function readPairs(fields: Fields, name: string): Pair[] {
  if (!fields.has(name)) return [];
  return fields.messages(name).map((pair) => ({ key: pair.text('key') ?? '', value: pair.text('value') ?? '' }));
}

/** The entries of a JSON object. */
function toPairs(value: unknown): Pair[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).map(([key, text]) => ({ key, value: String(text) }));
}
