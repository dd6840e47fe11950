import type { Events } from '../../platform/events/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { SpanTokens } from '../otlp/index.ts';
import { callSpans, selectOwnTokens } from '../otlp/index.ts';
import type { Run } from '../tracking/index.ts';
import { type CountedSpanRow, findTokenTrees, markCounted, type SpanNode } from './span-store.ts';
import { readRowTokens } from './tables.ts';
import { findTraceFacts } from './trace-owners.ts';
import { splitIntoChunks } from './trace-store.ts';
import { metadataKeys } from './types.ts';

/** Tags of a trace, and of its run, that name its subject: `steelyard.team`, `steelyard.project`… */
const SUBJECT_TAG_PREFIX = 'steelyard.';
/** Spans of one event; a trace may have any number. */
const SPANS_OF_EVENT = 500;

export interface TokenCountDeps {
  readonly events: Pick<Events, 'append'>;
  readonly tracking: { run(sql: Sql, runId: string): Promise<Run | null> };
}

/** A span with its own tokens. */
export interface CountedSpan {
  readonly spanId: string;
  readonly name: string;
  readonly model: string | null;
  readonly provider: string | null;
  /** Unix milliseconds of its end, or of its start while it has none. */
  readonly at: number;
  readonly tokens: SpanTokens;
  readonly parentSpanId: string | null;
  /** The id of the span and those of its requests; empty for a span above others that report usage. */
  readonly callSpanIds: readonly string[];
}

/** Spans that report usage, each with its own tokens. */
export function selectCountedSpans(tree: readonly SpanNode[]): CountedSpan[] {
  const nodes = tree.map((row) => ({
    ...{ spanId: row.span_id, parentSpanId: row.parent_span_id, tokens: readRowTokens(row) },
  }));
  const own = selectOwnTokens(nodes);
  const calls = callSpans(nodes);
  return tree.flatMap((row) => {
    const tokens = own.get(row.span_id);
    const at = Math.floor((row.end_us ?? row.start_us) / 1000);
    const { span_id: spanId, parent_span_id: parentSpanId, name, model, provider } = row;
    const callSpanIds = calls.get(spanId) ?? [];
    return tokens === undefined ? [] : [{ spanId, parentSpanId, callSpanIds, name, model, provider, at, tokens }];
  });
}

/** Counts the tokens of whole traces again, after their subject has changed. */
export async function countTokensAgain(deps: TokenCountDeps, sql: Sql, traceIds: readonly string[]): Promise<void> {
  await countTokens(deps, sql, await findTokenTrees(sql, traceIds), 'all');
}

/** Spans by trace; see {@link tokenTrees}. */
export type TokenTrees = ReadonlyMap<string, readonly SpanNode[]>;

/**
 * Emits `trace.tokens_counted` for every span with other own tokens than in its last event, or for all of them once the
 * subject of the trace has changed. Subscribers keep the latest event per span, so that no token is counted twice.
 */
export async function countTokens(
  deps: TokenCountDeps,
  sql: Sql,
  trees: TokenTrees,
  again: 'changed' | 'all',
): Promise<void> {
  if (trees.size === 0) return;
  const subjects = await findSubjects(deps, sql, [...trees.keys()]);
  for (const [traceId, tree] of trees) {
    const before = new Map(tree.map((row) => [row.span_id, row.counted]));
    const spans = selectCountedSpans(tree).map((span) => ({ ...span, counted: serializeCount(span) }));
    const said = again === 'all' ? spans : spans.filter((span) => span.counted !== before.get(span.spanId));
    for (const part of splitIntoChunks(said, SPANS_OF_EVENT)) {
      await deps.events.append(sql, {
        type: 'trace.tokens_counted',
        subject: `trace:${traceId}`,
        payload: { traceId, ...subjects.get(traceId), spans: part.map(({ counted: _counted, ...span }) => span) },
      });
    }
    await markCounted(
      sql,
      said.map(({ spanId, counted }): CountedSpanRow => ({ traceId, spanId, counted })),
    );
  }
}

/** Text of a span's last event: it changes when the span's record in the ledger of tokens must change. */
function serializeCount({ model, tokens, callSpanIds }: CountedSpan): string {
  return JSON.stringify([model, tokens, ...(callSpanIds.length === 1 ? [] : [callSpanIds])]);
}

interface TraceSubject {
  readonly experimentId: string;
  readonly runId: string | null;
  /** Tags `steelyard.*` by key: those of the trace take precedence over those of its run. */
  readonly tags: Readonly<Record<string, string>>;
  /** User and session that the trace names. */
  readonly user: string | null;
  readonly session: string | null;
}

async function findSubjects(deps: TokenCountDeps, sql: Sql, traceIds: readonly string[]) {
  const tagsOfRun = new Map<string, Record<string, string>>();
  const subjects = new Map<string, TraceSubject>();
  for (const [traceId, { experimentId, runId, labels }] of await findTraceFacts(sql, traceIds)) {
    if (runId !== null && !tagsOfRun.has(runId))
      tagsOfRun.set(runId, (await deps.tracking.run(sql, runId))?.tags ?? {});
    const all = { ...(runId === null ? {} : tagsOfRun.get(runId)), ...labels };
    const own = Object.entries(all).filter(([key]) => isSubjectTag(key));
    const [user = null, session = null] = [labels[metadataKeys.user], labels[metadataKeys.session]];
    subjects.set(traceId, {
      ...{ experimentId: String(experimentId), runId, tags: Object.fromEntries(own) },
      ...{ user, session },
    });
  }
  return subjects;
}

export function isSubjectTag(key: string): boolean {
  return key.startsWith(SUBJECT_TAG_PREFIX);
}
