import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { WorkGrant } from '../http/index.ts';
import type { Sql, Store } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import { createStoredKey } from './keys.ts';

interface WorkTables {
  /** Work whose token is valid: a row is made with the token and deleted when the work ends. */
  auth_work: { id: string; until_ms: number };
}

/** Tokens of pipeline steps: signed, and valid only while their step is running. */
export interface WorkTokens {
  /** Issues a token for this work, valid until then (Unix milliseconds) or until `end`. A second call for the same work issues another token. */
  issue(name: string, work: WorkGrant, until: number): Promise<string>;
  /** Revokes the token of work that has ended; work without a token is no error. */
  end(work: string): Promise<void>;
  /** null if the token has another format, a wrong signature, or has expired. */
  verify(token: string): Promise<{ readonly name: string; readonly work: WorkGrant } | null>;
}

const PREFIX = 'sy_work_';
const KEY = 'work';
const Claims = z.strictObject({
  name: z.string(),
  until: z.number(),
  work: z.strictObject({ id: z.string(), runId: z.string().nullable(), experimentId: z.number() }),
});

export function isWorkToken(secret: string): boolean {
  return secret.startsWith(PREFIX);
}

export function createWorkTokens(store: Store, clock: Clock): WorkTokens {
  const readKey = createStoredKey(store, KEY);
  return {
    async issue(name, work, until) {
      const claims = Buffer.from(JSON.stringify({ name, until, work })).toString('base64url');
      await store.transaction((sql) => putWork(sql, { id: work.id, until_ms: until }, clock.now()));
      return `${PREFIX}${claims}.${signClaims(claims, await readKey())}`;
    },
    async end(work) {
      await store.tables<WorkTables>().deleteFrom('auth_work').where('id', '=', work).execute();
    },
    async verify(token) {
      const [, claims = '', signature = ''] = /^sy_work_([\w-]+)\.([\w-]+)$/.exec(token) ?? [];
      if (claims === '') return null;
      const expected = Buffer.from(signClaims(claims, await readKey()));
      const given = Buffer.from(signature);
      if (expected.length !== given.length || !timingSafeEqual(expected, given)) return null;
      // A token of an earlier version names no work and is not accepted.
      const parsed = Claims.safeParse(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')));
      if (!parsed.success || parsed.data.until <= clock.now()) return null;
      const { name, work } = parsed.data;
      return (await isUnderWay(store, work.id)) ? { name, work } : null;
    },
  };
}

async function putWork(sql: Sql, row: WorkTables['auth_work'], now: number): Promise<void> {
  const tables = sql.tables<WorkTables>();
  // Of servers that never came to end them.
  await tables.deleteFrom('auth_work').where('until_ms', '<=', now).execute();
  await tables
    .insertInto('auth_work')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

async function isUnderWay(sql: Sql, work: string): Promise<boolean> {
  const rows = sql.tables<WorkTables>().selectFrom('auth_work').select('id');
  return (await rows.where('id', '=', work).executeTakeFirst()) !== undefined;
}

function signClaims(claims: string, key: string): string {
  return createHmac('sha256', key).update(claims).digest('base64url');
}
