import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLossless } from './lossless-json.ts';
import { parseType } from './type-text.ts';
import { valueCases } from './value-cases.testing.ts';
import { createRowConverter, createValueConverter } from './values.ts';

let instance: DuckDBInstance;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
});
afterAll(() => instance.closeSync());

async function queryDuckDb(select: string): Promise<Record<string, unknown> | undefined> {
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    return (await connection.runAndReadAll(select)).getRowObjectsJson()[0];
  } finally {
    connection.closeSync();
  }
}

describe('values of Trino', () => {
  it.each(valueCases)('$type $json is what DuckDB gives for $duckdb', async ({ type, json, duckdb }) => {
    const expected = await queryDuckDb(`SELECT ${duckdb} AS v`);
    expect(createRowConverter([{ name: 'v', type }])([parseLossless(json)])).toEqual(expected);
  });

  it('have the second column of a name numbered', async () => {
    const columns = [
      { name: 'a', type: 'integer' },
      { name: 'a', type: 'integer' },
      { name: 'A', type: 'integer' },
    ];
    expect(createRowConverter(columns)([1, 2, 3])).toEqual(await queryDuckDb('SELECT 1 AS a, 2 AS a, 3 AS "A"'));
  });

  it.each(['interval day to second', 'map(row(a integer), integer)', 'array(', '7', 'map(integer)'])(
    'of the type %s are refused',
    (type) => {
      expect(() => createValueConverter(type)).toThrow();
    },
  );

  it('in another zone than UTC are refused', () => {
    const convert = createValueConverter('timestamp(0) with time zone');
    expect(() => convert('2026-01-01 00:00:00 Europe/Berlin')).toThrow("AT TIME ZONE 'UTC'");
  });
});

describe('types of Trino', () => {
  it('have fields without a name', () => {
    const fields = [
      { name: '', type: { kind: 'scalar', name: 'timestamp with time zone' } },
      { name: '', type: { kind: 'scalar', name: 'interval day to second' } },
      { name: 'interval', type: { kind: 'scalar', name: 'bigint' } },
    ];
    expect(parseType('row(timestamp(6) with time zone, interval day to second, interval bigint)')).toEqual({
      kind: 'row',
      fields,
    });
  });
});

describe('numbers of JSON', () => {
  it.each([
    [
      '[1, 9007199254740991, 9007199254740992, -9007199254740993]',
      [1, 9007199254740991, '9007199254740992', '-9007199254740993'],
    ],
    ['{"a": [9007199254740993.0, 1.2345678901234567e300]}', { a: [9007199254740992, 1.2345678901234567e300] }],
    ['"99999999999999999999"', '99999999999999999999'],
  ])('%s keep their digits', (text, value) => {
    expect(parseLossless(text)).toEqual(value);
  });
});
