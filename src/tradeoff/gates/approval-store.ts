import type { Sql } from '../../platform/store/index.ts';
import type { Approval } from '../evidence/schema.ts';

interface ApprovalTables {
  gate_approval: {
    policy: string;
    policy_version: number;
    model: string;
    version: string;
    account: string;
    role: string;
    approved_at: string;
    note: string | null;
    declined: number;
  };
  gate_champion: { model: string; alias: string; version: string };
}

/** An approval belongs to one version and one policy version. */
export interface ApprovalKey {
  readonly policy: string;
  readonly policyVersion: number;
  readonly model: string;
  readonly version: string;
}

/** Approvals in order of time. */
export async function findApprovals(sql: Sql, key: ApprovalKey): Promise<Approval[]> {
  const { policy, policyVersion, model, version } = key;
  const rows = await sql
    .tables<ApprovalTables>()
    .selectFrom('gate_approval')
    .selectAll()
    .where('policy', '=', policy)
    .where('policy_version', '=', policyVersion)
    .where('model', '=', model)
    .where('version', '=', version)
    .orderBy('approved_at')
    .orderBy('account')
    .execute();
  return rows.map(({ account, role, approved_at: at, note, declined }) => ({
    ...{ account, role, at },
    ...(note === null ? {} : { note }),
    ...(Number(declined) === 0 ? {} : { declined: true as const }),
  }));
}

/** Stores an approval or a refusal. The same statement of an account again changes nothing; another one replaces it. */
export async function putApproval(sql: Sql, key: ApprovalKey, approval: Approval): Promise<void> {
  const { policy, policyVersion, model, version } = key;
  const { account, role, at, note = null, declined = false } = approval;
  const stated = { role, approved_at: at, note, declined: declined ? 1 : 0 };
  await sql
    .tables<ApprovalTables>()
    .insertInto('gate_approval')
    .values({ policy, policy_version: policyVersion, model, version, account, ...stated })
    .onConflict((conflict) =>
      conflict
        .columns(['policy', 'policy_version', 'model', 'version', 'account'])
        .doUpdateSet(stated)
        .where('gate_approval.declined', '!=', stated.declined),
    )
    .execute();
}

/** Removes the statement of an account. */
export async function removeApproval(sql: Sql, key: ApprovalKey, account: string): Promise<void> {
  await sql
    .tables<ApprovalTables>()
    .deleteFrom('gate_approval')
    .where('policy', '=', key.policy)
    .where('policy_version', '=', key.policyVersion)
    .where('model', '=', key.model)
    .where('version', '=', key.version)
    .where('account', '=', account)
    .execute();
}

/** The version that gates last saw behind an alias; null before the first. */
export async function findKnownChampion(sql: Sql, model: string, alias: string): Promise<string | null> {
  const query = sql.tables<ApprovalTables>().selectFrom('gate_champion').select('version');
  return (await query.where('model', '=', model).where('alias', '=', alias).executeTakeFirst())?.version ?? null;
}

/** Keeps the version behind an alias, so that a later gate knows that there was one. */
export async function keepKnownChampion(sql: Sql, model: string, alias: string, version: string): Promise<void> {
  const row = { model, alias, version };
  await sql
    .tables<ApprovalTables>()
    .insertInto('gate_champion')
    .values(row)
    .onConflict((conflict) => conflict.columns(['model', 'alias']).doUpdateSet({ version }))
    .execute();
}
