import { type SubjectColumns, toSubject, toSubjectColumns } from '../../org/index.ts';
import { type Subject, subjectFields } from '../../org/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type CallSpans, sameCallId, toCallSpansColumn } from './same-call.ts';
import type { ServiceTier, TokenUsage } from './schema.ts';

interface TokenTables {
  token_price_list: { name: string; version: number; spec: string; applied_at: string };
  token_usage: SubjectColumns & {
    id: string;
    model: string;
    provider: string | null;
    service_tier: ServiceTier;
    at_ms: number;
    input_tokens: number;
    output_tokens: number;
    cache_read_tokens: number;
    cache_write_tokens: number;
    cache_write_1h_tokens: number;
    requests: number;
    user_name: string | null;
    session: string | null;
    trace_id: string | null;
    parent_span_id: string | null;
    call_span_ids: string | null;
    origin: string;
    recorded_at: string;
  };
}

export interface StoredPriceList {
  readonly name: string;
  readonly version: number;
  /** JSON of the document's spec, as the schema left it. */
  readonly spec: string;
}

/** Price lists by name. */
export async function findPriceLists(sql: Sql): Promise<StoredPriceList[]> {
  return sql
    .tables<TokenTables>()
    .selectFrom('token_price_list')
    .select(['name', 'version', 'spec'])
    .orderBy('name')
    .execute();
}

export async function putPriceList(sql: Sql, list: StoredPriceList & { readonly appliedAt: string }): Promise<void> {
  const row = { name: list.name, version: list.version, spec: list.spec, applied_at: list.appliedAt };
  await sql
    .tables<TokenTables>()
    .insertInto('token_price_list')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

export interface StoredTokenUsage extends Omit<TokenUsage, 'provider' | 'at'> {
  readonly provider: string | null;
  /** Unix milliseconds. */
  readonly at: number;
  readonly recordedAt: string;
}

export interface FoundTokenUsage extends StoredTokenUsage {
  /** Served record that is the same call, and counts instead of this one. */
  readonly sameCallAs: string | null;
}

/** Inserts a record, or replaces the one of the same id: the later report of one request wins. */
export async function putTokenUsage(sql: Sql, usage: StoredTokenUsage, call: CallSpans | null): Promise<void> {
  const row: TokenTables['token_usage'] = {
    id: usage.usage,
    model: usage.model,
    provider: usage.provider,
    service_tier: usage.serviceTier,
    at_ms: usage.at,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    cache_write_1h_tokens: usage.cacheWrite1hTokens,
    requests: usage.requests,
    user_name: usage.user ?? null,
    session: usage.session ?? null,
    trace_id: call?.traceId ?? null,
    parent_span_id: call?.parentSpanId ?? null,
    call_span_ids: toCallSpansColumn(call?.callSpanIds ?? null),
    origin: usage.origin,
    recorded_at: usage.recordedAt,
    ...toSubjectColumns(usage.subject),
  };
  await sql
    .tables<TokenTables>()
    .insertInto('token_usage')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function removeTokenUsage(sql: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.tables<TokenTables>().deleteFrom('token_usage').where('id', 'in', ids).execute();
}

export interface TokenUsageSelection {
  /** Records with all of these subject fields. */
  readonly subject: Subject;
  /** First instant and first instant after it, Unix milliseconds; null: unbounded. */
  readonly start: number | null;
  readonly end: number | null;
}

export interface UsagePosition {
  readonly at: number;
  readonly id: string;
}

/** Latest first, from after a record on. */
export async function findTokenUsage(
  sql: Sql,
  { subject, start, end }: TokenUsageSelection,
  { after, limit }: { readonly after: UsagePosition | null; readonly limit: number },
): Promise<FoundTokenUsage[]> {
  let query = sql
    .tables<TokenTables>()
    .selectFrom('token_usage')
    .selectAll()
    .select(sameCallId.as('same_call'))
    .orderBy('at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit);
  for (const field of subjectFields) {
    const value = subject[field];
    if (value !== undefined) query = query.where(`subject_${field}`, '=', value);
  }
  if (start !== null) query = query.where('at_ms', '>=', start);
  if (end !== null) query = query.where('at_ms', '<', end);
  if (after !== null) {
    query = query.where((eb) =>
      eb.or([eb('at_ms', '<', after.at), eb.and([eb('at_ms', '=', after.at), eb('id', '<', after.id)])]),
    );
  }
  return (await query.execute()).map((row) => ({ ...rowToUsage(row), sameCallAs: row.same_call }));
}

function rowToUsage(row: TokenTables['token_usage']): StoredTokenUsage {
  return {
    usage: row.id,
    subject: toSubject(row),
    model: row.model,
    provider: row.provider,
    serviceTier: row.service_tier,
    at: row.at_ms,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cacheReadTokens: row.cache_read_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    cacheWrite1hTokens: row.cache_write_1h_tokens,
    requests: row.requests,
    ...(row.user_name === null ? {} : { user: row.user_name }),
    ...(row.session === null ? {} : { session: row.session }),
    origin: row.origin,
    recordedAt: row.recorded_at,
  };
}
