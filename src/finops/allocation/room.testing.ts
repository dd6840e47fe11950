import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lakeMigrations, openLake, quoteLiteral, type StagedFile } from '../../platform/lake/index.ts';
import { openStore } from '../../platform/store/index.ts';
import { billRows } from '../billing/index.ts';
import type { ApplyDeps } from './apply-rules.ts';
import { allocationMigrations } from './migrations.ts';

const createFolder = () => mkdtempSync(join(tmpdir(), 'steelyard-allocation-'));

/** Opens allocation with a separate store and lake; `usage` sets the fingerprint of metering. */
export async function openRoom(usage: { fingerprint: string } = { fingerprint: '' }) {
  const store = await openStore({ database: 'sqlite', folder: createFolder() });
  await store.migrate({ ...lakeMigrations, ...allocationMigrations });
  const lake = await openLake({ root: createFolder(), readable: [], memory: '512MB', threads: 1 });
  const deps: ApplyDeps = {
    store,
    lake,
    clock: { now: () => Date.parse('2026-11-15T00:00:00Z') },
    events: { append: async () => {} },
    usage: { intervals: async () => [], fingerprint: async () => usage.fingerprint, tokens: async () => [] },
  };
  return {
    deps,
    async [Symbol.asyncDispose]() {
      await Promise.all([store[Symbol.asyncDispose](), lake[Symbol.asyncDispose]()]);
    },
  };
}

/**
 * Stores rows as the bill of one unit. Keys are FOCUS column names; null means that the bill does not state the value.
 */
export async function deliver(
  { lake, store }: ApplyDeps,
  period: string,
  rows: readonly Readonly<Record<string, string | null>>[],
  source = 'aws',
): Promise<StagedFile> {
  const selects = rows.map((row) => {
    const given: Record<string, string | null> = { delivery: 'd_1', period, ...row };
    const columns = Object.entries(billRows.columns).map(([name, type]) => {
      const value = given[name] ?? null;
      return `${value === null ? 'NULL' : buildValueSql(value, type)}::${type} AS "${name}"`;
    });
    return `SELECT ${columns.join(', ')}`;
  });
  const file = await lake.session((session) =>
    session.stage(billRows, `${source}/x/y/z/${period}`, selects.join(' UNION ALL ')),
  );
  await store.transaction((sql) => lake.swap(sql, billRows, { remove: [file.partition], add: [file] }));
  return file;
}

/** Tags are given as JSON. */
function buildValueSql(value: string, type: string): string {
  return type.startsWith('MAP') ? `${quoteLiteral(value)}::JSON` : quoteLiteral(value);
}
