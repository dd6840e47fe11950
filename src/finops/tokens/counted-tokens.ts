import { sql as raw } from 'kysely';
import { type SubjectColumns, toSubject } from '../../org/index.ts';
import { type Subject, subjectFields } from '../../org/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { sameCallId } from './same-call.ts';

/** Tokens that a subject used: input (cached ones included) and output together. */
export interface CountedTokens {
  readonly subject: Subject;
  /** Whole number as text. */
  readonly tokens: string;
}

/** Unix milliseconds; end exclusive. */
export interface TokenWindow {
  readonly start: number;
  readonly end: number;
}

interface CountedTables {
  token_usage: SubjectColumns & { at_ms: number; recorded_at: string };
}

/** Tokens used in [start, end) by subject, each call once; one row for each combination of subject fields. */
export async function readCountedTokens(sql: Sql, { start, end }: TokenWindow): Promise<CountedTokens[]> {
  const columns = subjectFields.map((field) => `subject_${field}` as const);
  const rows = await sql
    .tables<CountedTables>()
    .selectFrom('token_usage')
    .select(columns)
    .select(raw<string>`cast(sum(input_tokens + output_tokens) as text)`.as('tokens'))
    .where('at_ms', '>=', start)
    .where('at_ms', '<', end)
    .where(sameCallId, 'is', null)
    .groupBy(columns)
    .orderBy(columns)
    .execute();
  return rows.map((row) => ({
    subject: toSubject(row),
    tokens: String(row.tokens),
  }));
}

/** Changes whenever usage within [start, end) is recorded or replaced, or becomes the same call as another. */
export async function readTokenFingerprint(sql: Sql, { start, end }: TokenWindow): Promise<string> {
  const row = await sql
    .tables<CountedTables>()
    .selectFrom('token_usage')
    .select((eb) => [
      eb.fn.countAll().as('count'),
      eb.fn.count(sameCallId).as('same'),
      eb.fn.max('recorded_at').as('last'),
    ])
    .where('at_ms', '>=', start)
    .where('at_ms', '<', end)
    .executeTakeFirstOrThrow();
  return `${Number(row.count)}-${Number(row.same)}@${row.last ?? 'never'}`;
}
