import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTrino, type TrinoClient, type TrinoPage } from '../../src/platform/trino/index.ts';
import { parseLossless } from '../../src/platform/trino/lossless-json.ts';
import { valueCases } from '../../src/platform/trino/value-cases.testing.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';
import { findTrino, startTrino, type TrinoServer } from '../support/trino.ts';
import { findWeed, startWeed, type WeedServer } from '../support/weed.ts';

const there = (findTrino() !== null && findWeed() !== null && findPostgres() !== null) || process.env.CI !== undefined;

/** Iceberg's own definition of its catalog in a database. */
const CATALOG_TABLES = `
  CREATE TABLE iceberg_tables (catalog_name text, table_namespace text, table_name text, metadata_location text,
    previous_metadata_location text, iceberg_type text, PRIMARY KEY (catalog_name, table_namespace, table_name));
  CREATE TABLE iceberg_namespace_properties (catalog_name text, namespace text, property_key text, property_value text,
    PRIMARY KEY (catalog_name, namespace, property_key))`;

describe.skipIf(!there)('Trino (skipped without TEST_TRINO, TEST_TRINO_JAVA, TEST_WEED and PostgreSQL)', () => {
  let server: TrinoServer;
  let bucket: WeedServer;
  let trino: TrinoClient;
  beforeAll(async () => {
    [server, bucket] = await Promise.all([startTrino({ workers: 1 }), startWeed()]);
    const database = await (await runDatabases()).newDatabase();
    const client = new Client({ connectionString: database });
    await client.connect();
    await client.query(CATALOG_TABLES);
    await client.end();
    const { accessKeyId, secretAccessKey } = bucket;
    const lake = `s3://${await bucket.newBucket()}/lake?region=us-east-1&endpoint=${bucket.endpoint}`;
    const { name } = await server.newCatalog({ database, lake, accessKeyId, secretAccessKey });
    trino = await openTrino({ url: server.url, user: 'tests', catalog: name });
  });
  afterAll(async () => {
    for (const part of [server, bucket]) await part?.[Symbol.asyncDispose]();
  });

  async function readRows(sql: string, schema?: string): Promise<TrinoPage> {
    const rows: (readonly unknown[])[] = [];
    let columns: TrinoPage['columns'] = [];
    for await (const page of trino.query(sql, schema === undefined ? {} : { schema })) {
      columns = page.columns;
      rows.push(...page.rows);
    }
    return { columns, rows };
  }

  it('writes and reads a table of its catalog on two nodes', async () => {
    await trino.execute('CREATE SCHEMA costs');
    await trino.execute("CREATE TABLE costs.line (id bigint, cost decimal(38,18)) WITH (format = 'PARQUET')");
    const schema = 'costs';
    const inserted = await trino.execute("INSERT INTO line VALUES (9007199254740993, DECIMAL '0.1'), (1, NULL)", {
      schema,
    });
    expect(inserted).toBe(2);
    expect(await readRows('SELECT id, cost FROM line ORDER BY id', schema)).toEqual({
      columns: [
        { name: 'id', type: 'bigint' },
        { name: 'cost', type: 'decimal(38, 18)' },
      ],
      rows: [
        [1, null],
        ['9007199254740993', '0.100000000000000000'],
      ],
    });
    expect((await readRows('SELECT count(*) FROM system.runtime.nodes')).rows).toEqual([[2]]);
  });

  it.each(valueCases)('gives $type $json for $trino', async ({ type, json, trino: expression }) => {
    const { columns, rows } = await readRows(`SELECT ${expression} AS v`);
    expect(columns).toEqual([{ name: 'v', type }]);
    expect(rows[0]).toEqual([parseLossless(json)]);
  });

  it('reads many pages and cancels the query when the caller stops', async () => {
    const sql =
      "SELECT a.n, rpad('x', 500, 'x') FROM UNNEST(sequence(1, 10000)) a(n) CROSS JOIN UNNEST(sequence(1, 100)) b(n)";
    const seen: number[] = [];
    for await (const { rows } of trino.query(sql)) {
      seen.push(rows.length);
      if (seen.length === 3) break;
    }
    expect(Math.max(...seen)).toBeLessThan(100_000);
    expect((await readStates(sql)).toSorted()).toEqual(['FAILED']);
  });

  it('cancels the query when the signal is aborted', async () => {
    const sql =
      'SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(n) CROSS JOIN UNNEST(sequence(1, 10000)) b(m) CROSS JOIN UNNEST(sequence(1, 9000)) c(m)';
    const controller = new AbortController();
    const running = trino.execute(sql, { signal: controller.signal });
    await expect.poll(() => readStates(sql)).toEqual(['RUNNING']);
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await expect.poll(() => readStates(sql)).toEqual(['FAILED']);
  });

  async function readStates(sql: string): Promise<unknown[]> {
    const query = `query = '${sql.replaceAll("'", "''")}'`;
    return (await readRows(`SELECT state FROM system.runtime.queries WHERE ${query}`)).rows.map(([state]) => state);
  }

  it.each([
    ['SELEC 1', 'SYNTAX_ERROR'],
    ['SELECT * FROM costs.missing', 'TABLE_NOT_FOUND'],
    ['SELECT 1 / 0', 'DIVISION_BY_ZERO'],
  ])('names the error of %s', async (sql, errorName) => {
    await expect(trino.execute(sql)).rejects.toMatchObject({
      code: 'trino_failed',
      context: { errorName, errorType: 'USER_ERROR' },
    });
  });

  it('reports its memory limit', async () => {
    const sql =
      'SELECT n, array_agg(m) FROM UNNEST(sequence(1, 10000)) a(n) CROSS JOIN UNNEST(sequence(1, 10000)) b(m) GROUP BY n';
    const failing = trino.execute(sql, { session: { query_max_memory_per_node: '20MB' } });
    await expect(failing).rejects.toMatchObject({
      code: 'trino_failed',
      message: expect.stringContaining('Trino reached its memory limit (EXCEEDED_LOCAL_MEMORY_LIMIT)'),
    });
  });
});
