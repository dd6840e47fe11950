import type { Sql } from '../../platform/store/index.ts';
import type { RuleSet } from './rules/rule-set.ts';
import { AllocationRulesSpec } from './rules/schema.ts';

interface AllocationTables {
  allocation_rules: { version: number; name: string; rules: string; normalise: string | null; applied_at: string };
  allocation_derivation: {
    number: number;
    id: string;
    period: string;
    rules_version: number;
    deliveries: string;
    bill_files: string;
    usage_fingerprint: string;
    derived_at: string;
  };
}

export interface StoredRules extends RuleSet {
  /** 0 before any rules were applied. */
  readonly version: number;
  /** Name of the document with the rules; null before the first apply. */
  readonly name: string | null;
  readonly appliedAt: string | null;
}

const NONE: StoredRules = { version: 0, name: null, appliedAt: null, rules: [] };

export async function findRulesInForce(sql: Sql): Promise<StoredRules> {
  const row = await selectRules(sql).orderBy('version', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? NONE : rowToRules(row);
}

/** Rules of a version; null for an unknown version. */
export async function findRulesOfVersion(sql: Sql, version: number): Promise<StoredRules | null> {
  const row = await selectRules(sql).where('version', '=', version).executeTakeFirst();
  return row === undefined ? null : rowToRules(row);
}

const selectRules = (sql: Sql) => sql.tables<AllocationTables>().selectFrom('allocation_rules').selectAll();

function rowToRules(row: AllocationTables['allocation_rules']): StoredRules {
  const spec = AllocationRulesSpec.parse({
    rules: JSON.parse(row.rules),
    ...(row.normalise === null ? {} : { normalise: JSON.parse(row.normalise) }),
  });
  return { ...spec, version: row.version, name: row.name, appliedAt: row.applied_at };
}

export async function insertRules(sql: Sql, version: number, name: string, spec: RuleSet, at: string): Promise<void> {
  await sql
    .tables<AllocationTables>()
    .insertInto('allocation_rules')
    .values({
      version,
      name,
      rules: JSON.stringify(spec.rules),
      normalise: spec.normalise === undefined ? null : JSON.stringify(spec.normalise),
      applied_at: at,
    })
    .execute();
}

/** Inputs of the allocations of a billing period, so that each allocation can be rebuilt. */
export interface Derivation {
  readonly id: string;
  /** YYYY-MM */
  readonly period: string;
  readonly rulesVersion: number;
  readonly deliveries: readonly string[];
  /** Ids of the bill's lake files. */
  readonly billFiles: readonly string[];
  /** Changes with the usage that the period's splits depend on; empty where no rule uses usage. */
  readonly usageFingerprint: string;
  readonly at: string;
}

export async function insertDerivation(sql: Sql, derivation: Derivation): Promise<void> {
  const db = sql.tables<AllocationTables>();
  const last = await db
    .selectFrom('allocation_derivation')
    .select((eb) => eb.fn.max('number').as('number'))
    .executeTakeFirst();
  await db
    .insertInto('allocation_derivation')
    .values({
      number: (last?.number ?? 0) + 1,
      id: derivation.id,
      period: derivation.period,
      rules_version: derivation.rulesVersion,
      deliveries: JSON.stringify(derivation.deliveries),
      bill_files: JSON.stringify(derivation.billFiles),
      usage_fingerprint: derivation.usageFingerprint,
      derived_at: derivation.at,
    })
    .execute();
}

/** Fingerprint of the usage that a derivation used; null for an unknown derivation. */
export async function findUsageFingerprint(sql: Sql, derivation: string): Promise<string | null> {
  const row = await sql
    .tables<AllocationTables>()
    .selectFrom('allocation_derivation')
    .select('usage_fingerprint')
    .where('id', '=', derivation)
    .executeTakeFirst();
  return row?.usage_fingerprint ?? null;
}

/** The last derivation of a period, or of every period; by period. */
export async function findLastDerivations(sql: Sql, period?: string): Promise<Derivation[]> {
  let query = sql
    .tables<AllocationTables>()
    .selectFrom('allocation_derivation')
    .selectAll()
    .orderBy('period')
    .orderBy('number');
  if (period !== undefined) query = query.where('period', '=', period);
  const last = new Map((await query.execute()).map((row) => [row.period, row]));
  return [...last.values()].map((row) => ({
    id: row.id,
    period: row.period,
    rulesVersion: row.rules_version,
    deliveries: JSON.parse(row.deliveries) as string[],
    billFiles: JSON.parse(row.bill_files) as string[],
    usageFingerprint: row.usage_fingerprint,
    at: row.derived_at,
  }));
}
