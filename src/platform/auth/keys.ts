import { randomBytes } from 'node:crypto';
import type { Sql, Store } from '../store/index.ts';

interface KeyTables {
  auth_key: { name: string; secret: string };
}

/** A key of the store, the same for every server of one store and after every restart; made at its first use. */
export function createStoredKey(store: Store, name: string): () => Promise<string> {
  let key: Promise<string> | null = null;
  return () => {
    key ??= store.transaction((sql) => readKey(sql, name));
    // A failure is not cached: otherwise every use would fail until the next start.
    key.catch(() => {
      key = null;
    });
    return key;
  };
}

async function readKey(sql: Sql, name: string): Promise<string> {
  const tables = sql.tables<KeyTables>();
  const found = await tables.selectFrom('auth_key').select('secret').where('name', '=', name).executeTakeFirst();
  if (found !== undefined) return found.secret;
  const secret = randomBytes(32).toString('base64url');
  await tables.insertInto('auth_key').values({ name, secret }).execute();
  return secret;
}
