import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/platform/store/index.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';

describe.skipIf(findPostgres() === null)('a PostgreSQL store (skipped where it is not installed)', () => {
  it('is refused with wrong credentials, by a sentence without them, and nothing is written', async () => {
    const address = await (await runDatabases()).newDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'refused-'));
    const changed = (change: (url: URL) => void) => {
      const url = new URL(address);
      change(url);
      return url.href;
    };
    const refused = async (database: string, why: string) => {
      await expect(openStore({ database, folder })).rejects.toMatchObject({
        code: 'store_unreachable',
        message: expect.stringMatching(
          new RegExp(`^The store at postgres(ql)?://(?!.*hush).* refuses the connection: ${why}\\..*"database"\\.$`),
        ),
      });
    };
    const wrongUser = changed((url) => Object.assign(url, { username: 'no-such-user', password: 'hush' }));
    await refused(wrongUser, 'the user does not exist or is not permitted to connect');
    await refused(
      changed((url) => Object.assign(url, { pathname: '/no-such-database' })),
      'the database does not exist',
    );
    expect(readdirSync(folder)).toEqual([]);
    const client = new Client(address);
    await client.connect();
    const { rows } = await client.query("select tablename from pg_tables where schemaname = 'public'");
    await client.end();
    expect(rows).toEqual([]);
  });
});
