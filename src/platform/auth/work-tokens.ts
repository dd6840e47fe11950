import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Sql, Store } from '../store/index.ts';
import type { Proven } from './verified.ts';

interface KeyTables {
  auth_key: { name: string; secret: string };
}

/** Tokens of work that the server itself has begun: signed, not stored, and worth nothing after their time. */
export interface WorkTokens {
  /** For whoever is named, until then (Unix milliseconds), with what a contributor may do. */
  issue(name: string, until: number): Promise<string>;
  /** null for what is no such token, is not ours, or is over. */
  verify(token: string, now: number): Promise<Proven | null>;
}

const PREFIX = 'sy_work_';
const KEY = 'work';
const Claims = z.strictObject({ name: z.string(), until: z.number() });

export function createWorkTokens(store: Store): WorkTokens {
  let key: Promise<string> | null = null;
  const keyOf = () => {
    key ??= store.transaction(readKey);
    // One failure must not lock everybody out until the next start.
    key.catch(() => {
      key = null;
    });
    return key;
  };
  return {
    async issue(name, until) {
      const claims = Buffer.from(JSON.stringify({ name, until })).toString('base64url');
      return `${PREFIX}${claims}.${signed(claims, await keyOf())}`;
    },
    async verify(token, now) {
      const [, claims = '', signature = ''] = /^sy_work_([\w-]+)\.([\w-]+)$/.exec(token) ?? [];
      if (claims === '') return null;
      const expected = Buffer.from(signed(claims, await keyOf()));
      const given = Buffer.from(signature);
      if (expected.length !== given.length || !timingSafeEqual(expected, given)) return null;
      const { name, until } = Claims.parse(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')));
      return until <= now ? null : { name, role: 'contributor', until };
    },
  };
}

function signed(claims: string, key: string): string {
  return createHmac('sha256', key).update(claims).digest('base64url');
}

/** Made at the first use; the same for every server of one store, and after every restart. */
async function readKey(sql: Sql): Promise<string> {
  const tables = sql.tables<KeyTables>();
  const found = await tables.selectFrom('auth_key').select('secret').where('name', '=', KEY).executeTakeFirst();
  if (found !== undefined) return found.secret;
  const secret = randomBytes(32).toString('base64url');
  await tables.insertInto('auth_key').values({ name: KEY, secret }).execute();
  return secret;
}
