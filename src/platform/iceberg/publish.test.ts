import { beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../units/durations.ts';
import { COINS, IcebergBench, newFile } from './bench.testing.ts';
import { buildIcebergType } from './column-type.ts';
import { type IcebergTable, publishTable, removeOldMetadata } from './index.ts';

let bench: IcebergBench;

beforeEach(async () => {
  bench = await IcebergBench.open();
});

const one = newFile('one', 'aws/2026-10');
const two = newFile('two', 'aws/2026-11');

describe('a published table', () => {
  it('lists its files with their partitions, below the snapshot of the swap', async () => {
    await bench.publish(7, [one, two]);
    const files = await bench.entries();
    expect(files.map(({ file_path: path }) => path)).toEqual([one.address, two.address]);
    expect(files[1]?.partition).toEqual({ steelyard_partition: 'aws/2026-11', steelyard_file: 'two' });
    const metadata = await bench.metadata();
    expect(metadata).toMatchObject({ 'current-snapshot-id': 7, 'last-sequence-number': 1 });
    expect(metadata.snapshots[0]?.summary).toMatchObject({ 'total-data-files': '2', 'total-records': '2' });
    expect(await bench.pointer()).toMatch(/^s3:\/\/lake\/team\/metadata\/steelyard\/coins\/00000-.*\.metadata\.json$/);
  });

  it('has Avro files with the field ids and header keys of Iceberg', async () => {
    await bench.publish(1, [one]);
    const [manifest = ''] = await bench.manifests();
    const { metadata } = await bench.read(manifest);
    expect(metadata).toMatchObject({ 'format-version': '2', content: 'data', 'partition-spec-id': '0' });
    expect(metadata['avro.schema']).toContain('"name":"file_path","type":"string","field-id":100');
    expect(JSON.parse(metadata.schema ?? '')).toMatchObject({ 'schema-id': 0, type: 'struct' });
    expect(JSON.parse(metadata['partition-spec'] ?? '')).toHaveLength(2);
  });

  it('reuses the manifests of unchanged partitions', async () => {
    await bench.publish(1, [one, two]);
    const before = await bench.manifests();
    await bench.publish(2, [newFile('three', 'aws/2026-10'), one, two]);
    const after = await bench.manifests();
    expect(after.filter((address) => before.includes(address))).toHaveLength(1);
    expect(await bench.entries()).toHaveLength(3);
    await bench.publish(3, [one]);
    expect(await bench.entries()).toMatchObject([{ file_path: one.address }]);
  });

  it('writes nothing when it is published again, and a partition again when addresses change', async () => {
    await bench.publish(1, [one, two]);
    const before = await bench.names();
    await bench.publish(1, [two, one]);
    expect(await bench.names()).toEqual(before);
    const moved = { ...one, address: 's3://other/one.parquet' };
    await bench.publish(1, [moved, two]);
    expect((await bench.entries()).map(({ file_path: path }) => path)).toEqual([two.address, moved.address]);
    expect(await bench.metadata()).toMatchObject({ 'current-snapshot-id': 1, 'last-sequence-number': 2 });
  });

  it('is written whole to another warehouse', async () => {
    await bench.publish(1, [one, two]);
    const other = { ...bench.warehouse, address: 's3://other/team' };
    const publication = { namespace: 'steelyard', table: COINS, snapshot: 1, files: [one, two] };
    await bench.store.transaction((sql) => publishTable(sql, other, publication));
    expect(await bench.pointer()).toMatch(/^s3:\/\/other\/team\/metadata\//);
  });

  it('may have no file', async () => {
    await bench.publish(0, []);
    expect(await bench.entries()).toEqual([]);
    await bench.publish(1, [one]);
    await bench.publish(2, []);
    expect(await bench.entries()).toEqual([]);
  });

  it('stays as it was when the transaction is rolled back', async () => {
    await bench.publish(1, [one]);
    const before = await bench.pointer();
    const work = bench.store.transaction(async (sql) => {
      await bench.publishIn(sql, 2, [one, two]);
      throw new Error('after all');
    });
    await expect(work).rejects.toThrow('after all');
    expect(await bench.pointer()).toBe(before);
    await bench.publish(2, [two]);
    expect(await bench.entries()).toMatchObject([{ file_path: two.address }]);
  });

  it('is not published over the change of another program, and again when its row is deleted', async () => {
    await bench.publish(1, [one]);
    const tables = bench.store.tables<{ iceberg_tables: { metadata_location: string } }>();
    await tables.updateTable('iceberg_tables').set({ metadata_location: 's3://elsewhere' }).execute();
    await expect(bench.publish(2, [two])).rejects.toMatchObject({ code: 'catalog_changed' });
    await tables.deleteFrom('iceberg_tables').execute();
    await bench.publish(2, [two]);
    expect(await bench.entries()).toMatchObject([{ file_path: two.address }]);
  });
});

describe('the schema of a published table', () => {
  const grown: IcebergTable = { ...COINS, columns: { ...COINS.columns, note: 'VARCHAR' } };

  it('has the columns from the manifest and those of files, all with their own ids', async () => {
    await bench.publish(1, [newFile('one', 'p', { others: ['x_Region'] })]);
    expect(await bench.fieldIds()).toEqual({
      amount: 4,
      tags: 5,
      x_Region: 7,
      steelyard_row: 3,
      steelyard_partition: 1,
      steelyard_file: 2,
    });
  });

  it('keeps columns and their ids, whichever server publishes it', async () => {
    await bench.publish(1, [newFile('one', 'p', { others: ['x_Region'] })]);
    const first = await bench.fieldIds();
    await bench.publish(2, [newFile('two', 'p', { others: ['x_Zone'] })], grown);
    expect(await bench.fieldIds()).toEqual({ ...first, note: 8, x_Zone: 9 });
    expect(await bench.metadata()).toMatchObject({ 'current-schema-id': 1, 'last-column-id': 9 });
    await bench.publish(3, [one]);
    expect(await bench.fieldIds()).toEqual({ ...first, note: 8, x_Zone: 9 });
    expect(await bench.metadata()).toMatchObject({ 'current-schema-id': 1 });
    await bench.publish(4, [one], { ...grown, columns: { ...grown.columns, age: 'BIGINT' } });
    expect(await bench.fieldIds()).toMatchObject({ note: 8, age: 10 });
  });

  it('has one column for names that differ only in case, and maps both names to it', async () => {
    await bench.publish(1, [newFile('one', 'p', { others: ['x_Region'] })]);
    await bench.publish(2, [newFile('two', 'p', { others: ['x_region'] })]);
    expect(Object.keys(await bench.fieldIds())).not.toContain('x_region');
    const { properties } = await bench.metadata();
    const mapping = JSON.parse(properties['schema.name-mapping.default'] ?? '') as object[];
    expect(mapping).toContainEqual({ 'field-id': 7, names: ['x_Region', 'x_region'] });
    expect(mapping).toContainEqual({
      'field-id': 5,
      names: ['tags'],
      fields: [{ 'field-id': 6, names: ['element'] }],
    });
  });

  it('refuses a column of another type, not another way to write the type', async () => {
    await bench.publish(1, [one]);
    const changed = (type: string) => ({ ...COINS, columns: { ...COINS.columns, amount: type } });
    await bench.publish(2, [one], changed('decimal(38, 21)'));
    const work = bench.publish(3, [one], changed('DOUBLE'));
    await expect(work).rejects.toMatchObject({ code: 'iceberg_column_changed', context: { column: 'amount' } });
  });
});

describe('removeOldMetadata', () => {
  it('removes what is superseded for a day, and what a rollback left', async () => {
    await bench.publish(1, [one, two]);
    await bench.publish(2, [one]);
    const kept = [await bench.pointer(), (await bench.metadata()).snapshots[0]?.['manifest-list']];
    const needed = [...kept, ...(await bench.manifests())].map((address) => address?.split('/').at(-1)).sort();
    await bench.warehouse.objects.put('metadata/steelyard/coins/note.txt', 'not ours');
    await bench.store
      .transaction(async (sql) => {
        await bench.publishIn(sql, 3, [two]);
        throw new Error('after all');
      })
      .catch(() => undefined);
    const sweep = (inHours: number) => removeOldMetadata(bench.store, bench.warehouse, Date.now() + inHours * HOUR_MS);
    expect(await sweep(23)).toBe(0);
    expect(await sweep(25)).toBe(6);
    expect((await bench.names()).sort()).toEqual([...needed, 'note.txt'].sort());
    expect(await sweep(50)).toBe(0);
    expect(await bench.entries()).toHaveLength(1);
  });
});

describe('buildIcebergType', () => {
  const build = (type: string) => {
    let next = 1;
    return buildIcebergType(type, () => next++);
  };

  it.each([
    ['VARCHAR', 'string'],
    ['DECIMAL(38,21)', 'decimal(38, 21)'],
    ['TIMESTAMP', 'timestamp'],
    ['TIMESTAMPTZ', 'timestamptz'],
    ['BIGINT', 'long'],
    ['DOUBLE[]', { type: 'list', 'element-id': 1, element: 'double', 'element-required': false }],
    [
      'MAP(VARCHAR, DECIMAL(9,2))',
      { type: 'map', 'key-id': 1, key: 'string', 'value-id': 2, value: 'decimal(9, 2)', 'value-required': false },
    ],
    [
      'STRUCT("a b" INTEGER, c DATE)',
      {
        type: 'struct',
        fields: [
          { id: 1, name: 'a b', required: false, type: 'int' },
          { id: 2, name: 'c', required: false, type: 'date' },
        ],
      },
    ],
  ])('converts %s', (type, expected) => {
    expect(build(type)).toEqual(expected);
  });

  it('refuses a type that has no counterpart', () => {
    expect(() => build('HUGEINT')).toThrow('no Iceberg type for the DuckDB type HUGEINT');
  });
});
