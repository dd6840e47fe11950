import { describe, expect, it } from 'vitest';
import { loadConfig } from '../index.ts';

type Flags = NonNullable<Parameters<typeof loadConfig>[0]['flags']>;
const load = (flags: Flags) => loadConfig({ environment: {}, flags }).config;
const database = 'postgresql://steelyard@127.0.0.1/steelyard';
const lake = 's3://lake/production?region=eu-west-1';
const lakeTrinoUrl = 'https://trino.example.org:8443';
const trino = { lakeEngine: 'trino', database, lake, lakeTrinoUrl };

describe('settings of the query engine', () => {
  it('default to DuckDB', () => {
    expect(load({})).toMatchObject({ lakeEngine: 'duckdb', lakeTrinoUser: 'steelyard', lakeTrinoCatalog: 'steelyard' });
  });

  it('accept Trino with PostgreSQL, S3 and an address', () => {
    expect(load({ ...trino, lakeTrinoPassword: 'env:TRINO' })).toMatchObject(trino);
  });

  it.each<[Flags, string, string]>([
    [{ ...trino, lakeTrinoUrl: undefined }, 'lakeTrinoUrl', 'the address of the coordinator'],
    [{ ...trino, database: undefined }, 'database', 'set it to a postgresql:// address'],
    [{ ...trino, lake: undefined }, 'lake', 'set it to an address such as "s3://bucket/prefix?region=…"'],
    [{ ...trino, lake: 'azure-blob://lake?account=abc' }, 'lake', 'needs a lake in S3'],
    [{ ...trino, lakeTrinoUrl: 'trino:8080' }, 'lakeTrinoUrl', 'an http:// or https:// address'],
    [{ ...trino, lakeTrinoUrl: 'https://a:b@trino.example.org' }, 'lakeTrinoUrl', 'without user, password, path'],
    [{ ...trino, lakeTrinoUrl: 'https://trino.example.org/ui' }, 'lakeTrinoUrl', 'without user, password, path'],
    [
      { ...trino, lakeTrinoUrl: 'http://trino', lakeTrinoPassword: 'env:TRINO' },
      'lakeTrinoPassword',
      'over https only',
    ],
    [{ lakeTrinoPassword: 'secret' }, 'lakeTrinoPassword', 'Give a reference to the secret'],
    [{ lakeTrinoUser: 'a:b' }, 'lakeTrinoUser', 'printable ASCII'],
    [{ lakeTrinoCatalog: 'Lake.x' }, 'lakeTrinoCatalog', 'lower-case letters'],
    [{ lakeEngine: 'presto' }, 'lakeEngine', 'duckdb'],
  ])('refuse %j', (flags, setting, sentence) => {
    expect(() => load(flags)).toThrow(
      expect.objectContaining({ code: 'config_invalid', context: expect.objectContaining({ setting }) }),
    );
    expect(() => load(flags)).toThrow(sentence);
  });
});
