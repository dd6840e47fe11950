import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import {
  type IcebergFile,
  icebergMigrations,
  ListedFiles,
  publishTable,
  type Warehouse,
} from '../../src/platform/iceberg/index.ts';
import { type Lake, type LakeTable, lakeMigrations, openLake, type StagedFile } from '../../src/platform/lake/index.ts';
import { openRemoteObjects } from '../../src/platform/objects/index.ts';
import { openStore, type Store } from '../../src/platform/store/index.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';
import { findWeed, startWeed, type WeedServer } from '../support/weed.ts';

const python = processEnvironment().TEST_PYICEBERG_PYTHON ?? '';
const isThere = existsSync(python) && findWeed() !== null && findPostgres() !== null;
const run = promisify(execFile);

const COST: LakeTable = {
  name: 'cost',
  others: 'x_Columns',
  columns: {
    id: 'INTEGER',
    amount: 'DECIMAL(38,21)',
    day: 'DATE',
    seen: 'TIMESTAMP',
    zoned: 'TIMESTAMPTZ',
    isOpen: 'BOOLEAN',
    units: 'BIGINT',
    ratio: 'DOUBLE',
    note: 'VARCHAR',
    cpus: 'FLOAT[]',
    x_Columns: 'MAP(VARCHAR, VARCHAR)',
  },
};
const GROWN: LakeTable = { ...COST, columns: { ...COST.columns, team: 'VARCHAR' }, later: ['team'] };

/** Columns as the Python helper prints them. */
const SHOWN = `id, amount::VARCHAR AS amount, day::VARCHAR AS day, epoch_us(seen)::VARCHAR AS seen, epoch_us(zoned)::VARCHAR AS zoned,
  "isOpen", units::DOUBLE AS units, ratio, note, cpus, lake_file AS steelyard_file, file_row_number::DOUBLE AS steelyard_row`;

interface Read {
  readonly columns: readonly string[];
  readonly files: number;
  readonly rows: readonly Record<string, unknown>[];
  readonly sum: string | null;
}

describe.skipIf(!isThere)('pyiceberg (skipped without TEST_PYICEBERG_PYTHON, TEST_WEED or PostgreSQL)', () => {
  let weed: WeedServer;
  let store: Store;
  let lake: Lake;
  let warehouse: Warehouse;
  let uri: string;

  beforeAll(async () => {
    weed = await startWeed();
  });
  afterAll(() => weed?.[Symbol.asyncDispose]());

  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pyiceberg-'));
    const address = `s3://${await weed.newBucket()}/team/lake`;
    const keys = 'accessKeyId=env:KEY&secretAccessKey=env:SECRET';
    const environment = { KEY: weed.accessKeyId, SECRET: weed.secretAccessKey };
    const place = `${address}?region=us-east-1&endpoint=${weed.endpoint}&${keys}`;
    const objects = await openRemoteObjects(place, { clock: systemClock, environment });
    uri = await (await runDatabases()).newDatabase();
    store = await openStore({ database: uri, folder });
    await store.migrate({ ...lakeMigrations, ...icebergMigrations });
    const bucket = { objects, cacheBytes: 1_000_000_000 };
    const shared = { spill: join(folder, 'spill') };
    lake = await openLake({
      root: join(folder, 'copies'),
      bucket,
      shared,
      readable: [],
      memory: '256MB',
      threads: 1,
    });
    warehouse = { catalog: 'steelyard', address, objects };
    onTestFinished(async () => {
      await lake[Symbol.asyncDispose]();
      await objects[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    });
  });

  const stage = (partition: string, from: number, rows: number, extra = '', table = COST) =>
    lake.session((session) =>
      session.stage(
        table,
        partition,
        `SELECT i::INTEGER AS id,
             CASE WHEN i % 7 > 0 THEN (CASE WHEN i % 2 = 0 THEN '-' ELSE '' END || i || '5432109876543.123456789012345678901')::DECIMAL(38,21) END
               AS amount, DATE '2026-10-01' + i::INTEGER AS day,
             TIMESTAMP '1969-12-31 23:59:59.123456' + to_days(i::INTEGER) AS seen,
             TIMESTAMPTZ '2026-10-01 12:00:00.654321+02:00' + to_hours(i::INTEGER) AS zoned,
             CASE WHEN i % 3 > 0 THEN i % 3 = 1 END AS "isOpen", 9007199254740000 + i AS units, i / 3 AS ratio,
             CASE WHEN i % 5 > 0 THEN 'né ' || i END AS note, [i::FLOAT, 0.5, NULL] AS cpus, i - ${from} AS steelyard_row ${extra}
           FROM range(${from}, ${from + rows}) t(i) ORDER BY i`,
      ),
    );

  const toIceberg = (files: readonly StagedFile[]): IcebergFile[] =>
    files.map(({ path, ...file }) => ({ ...file, address: `${warehouse.address}/${path}` }));

  const swap = (add: readonly StagedFile[], remove: readonly string[] = [], table = COST) =>
    store.transaction(async (sql) => {
      await lake.swap(sql, table, { remove, add });
      const files = toIceberg(await lake.files(sql, table));
      const snapshot = await lake.sequence(sql, table);
      const published = { ...table, hasPositions: true };
      await publishTable(sql, warehouse, { namespace: 'steelyard', table: published, snapshot, files });
    });

  async function readIceberg(
    ...queries: { table: string; filter?: string }[]
  ): Promise<{ namespaces: string[]; results: Read[] }> {
    const catalog = {
      uri: uri.replace('postgresql:', 'postgresql+psycopg2:'),
      schema_version: 'v1',
      's3.endpoint': weed.endpoint,
      's3.region': 'us-east-1',
      's3.access-key-id': weed.accessKeyId,
      's3.secret-access-key': weed.secretAccessKey,
    };
    const helper = join(import.meta.dirname, 'iceberg_rows.py');
    const { stdout } = await run(python, [helper, JSON.stringify({ catalog, queries })]);
    return JSON.parse(stdout);
  }

  /** Compares every value of the published table with DuckDB's answer over the manifest of the lake. */
  async function expectSame(table = COST, extra: readonly string[] = []): Promise<Read> {
    const { results } = await readIceberg({ table: 'steelyard.cost' });
    const [found] = results;
    if (found === undefined) throw new Error('pyiceberg read no table');
    const relation = await lake.relation(store, table, {
      rowIds: true,
      others: extra.filter((name) => name.startsWith('x_')),
    });
    const rows = await lake.query(`SELECT ${[SHOWN, ...extra].join(', ')} FROM ${relation} ORDER BY ALL`);
    const partitions = new Map((await lake.files(store, table)).map(({ id, partition }) => [id, partition]));
    const expected = rows.map((row) => ({
      ...row,
      steelyard_partition: partitions.get(String(row.steelyard_file)),
    }));
    const bySomeOrder = (rows: readonly Record<string, unknown>[]) =>
      rows.toSorted((a, b) => Number(a.id) - Number(b.id) || Number(a.steelyard_row) - Number(b.steelyard_row));
    expect(bySomeOrder(found.rows)).toEqual(bySomeOrder(expected));
    const [total] = await lake.query(`SELECT sum(amount)::VARCHAR AS sum FROM ${relation}`);
    expect(found.sum).toBe(total?.sum ?? null);
    return found;
  }

  it('reads each swap of a lake as DuckDB does', async () => {
    await swap([]);
    expect((await expectSame()).rows).toEqual([]);
    await swap([await stage('aws/2026-10', 0, 40), await stage('aws/2026-11', 100, 25)]);
    expect(await expectSame()).toMatchObject({ files: 2, rows: { length: 65 } });
    await swap([await stage('aws/2026-10', 40, 9)], ['aws/2026-10']);
    expect(await expectSame()).toMatchObject({ files: 2, rows: { length: 34 } });
    await swap([], ['aws/2026-11']);
    expect(await expectSame()).toMatchObject({ files: 1, rows: { length: 9 } });
    await swap([], ['aws/2026-10']);
    expect((await expectSame()).rows).toEqual([]);
  });

  it('reads further columns of files, and a schema that grew', async () => {
    await swap([await stage('p', 0, 3)]);
    await swap([await stage('p', 10, 3, `, 'eu-' || i AS "x_Region"`)]);
    await expectSame(COST, ['x_Region']);
    await swap([await stage('q', 20, 3, `, 'us-' || i AS "x_region", 'team ' || i AS team`, GROWN)], [], GROWN);
    const found = await expectSame(GROWN, ['team', 'x_Region']);
    expect(found.columns.filter((name) => name.toLowerCase() === 'x_region')).toEqual(['x_Region']);
  });

  it('reads single files of the list of all files, and prunes the others', async () => {
    const files = [await stage('p', 0, 5), await stage('q', 10, 6), await stage('q', 20, 7)];
    const listed = new ListedFiles(warehouse);
    const table = { ...COST, hasPositions: true };
    await listed.ensure(store, table, toIceberg(files.slice(0, 2)));
    await listed.ensure(store, table, toIceberg(files));
    await swap(files.slice(0, 1));
    const filter = `steelyard_file in ('${files[1]?.id}', '${files[2]?.id}')`;
    const { namespaces, results } = await readIceberg(
      { table: 'steelyard_files.cost' },
      { table: 'steelyard_files.cost', filter },
    );
    expect(namespaces).toEqual(['steelyard', 'steelyard_files']);
    expect(results).toMatchObject([
      { files: 3, rows: { length: 18 } },
      { files: 2, rows: { length: 13 } },
    ]);
  });

  it('loses nothing when servers publish and list at the same time', async () => {
    const partitions = ['a', 'b', 'c', 'd', 'e', 'f'];
    const staged: StagedFile[] = [];
    for (const [index, partition] of partitions.entries()) staged.push(await stage(partition, index * 10, 2));
    const table = { ...COST, hasPositions: true };
    const servers = [new ListedFiles(warehouse), new ListedFiles(warehouse)];
    await Promise.all([
      ...staged.map((file) => swap([file])),
      ...servers.flatMap((server) => staged.map((file) => server.ensure(store, table, toIceberg([file])))),
    ]);
    expect(await expectSame()).toMatchObject({ files: 6, rows: { length: 12 } });
    const { results } = await readIceberg({ table: 'steelyard_files.cost' });
    expect(results).toMatchObject([{ files: 6, rows: { length: 12 } }]);
  });
});
