import type { Sql } from '../../platform/store/index.ts';
import type { GateFacts } from '../evidence/schema.ts';

interface LookTables {
  gate_look: {
    policy: string;
    policy_version: number;
    model: string;
    candidate: string;
    champion: string;
    number: number;
    evidence_sha256: string;
    examples: string;
    spent_at: string;
  };
}

/** Looks are counted for each policy version, candidate and champion. */
export interface LookKey {
  readonly policy: string;
  readonly policyVersion: number;
  readonly model: string;
  /** Run of the candidate where it has one: a run and the version made of it are the same candidate. */
  readonly candidate: string;
  /** The same of the champion; empty without one. */
  readonly champion: string;
}

export interface LookRequest {
  readonly key: LookKey;
  /** Looks of the policy; null: any number. */
  readonly most: number | null;
  /** SHA-256 of the tested outcomes. */
  readonly evidenceSha256: string;
  /** Examples by metric. */
  readonly examples: Readonly<Record<string, number>>;
  readonly at: string;
}

/** Another gate may spend the same number at the same time; then the looks are read again. */
const ATTEMPTS = 10;

/**
 * Spends a look on these outcomes and answers its number. Outcomes that were looked at before spend nothing and have the number that
 * they had. When all looks are spent, the number is null.
 */
export async function spendLook(sql: Sql, request: LookRequest): Promise<NonNullable<GateFacts['look']>> {
  const { key, most, evidenceSha256, examples, at } = request;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const spent = await findLooks(sql, key);
    const same = spent.find((look) => look.evidence_sha256 === evidenceSha256);
    if (same !== undefined) {
      const earlier = spent.filter(({ number }) => number < same.number);
      return { number: same.number, spentAt: same.spent_at, previous: earlier.map(parseExamples) };
    }
    if (most !== null && spent.length >= most) {
      return { number: null, spentAt: null, previous: spent.map(parseExamples) };
    }
    await sql
      .tables<LookTables>()
      .insertInto('gate_look')
      .values({
        ...toColumns(key),
        number: spent.length + 1,
        evidence_sha256: evidenceSha256,
        examples: JSON.stringify(examples),
        spent_at: at,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  throw new Error(`the looks of policy ${key.policy} kept changing`);
}

function findLooks(sql: Sql, key: LookKey): Promise<LookTables['gate_look'][]> {
  let query = sql.tables<LookTables>().selectFrom('gate_look').selectAll();
  const columns = toColumns(key);
  query = query.where('policy', '=', columns.policy).where('policy_version', '=', columns.policy_version);
  query = query.where('model', '=', columns.model).where('candidate', '=', columns.candidate);
  return query.where('champion', '=', columns.champion).orderBy('number').execute();
}

function toColumns({ policy, policyVersion, model, candidate, champion }: LookKey) {
  return { policy, policy_version: policyVersion, model, candidate, champion };
}

function parseExamples({ examples }: LookTables['gate_look']): Record<string, number> {
  return JSON.parse(examples) as Record<string, number>;
}
