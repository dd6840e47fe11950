import { AppError } from '../platform/errors/index.ts';
import { handle, limitMoney, type Route, refuseHidden } from '../platform/http/index.ts';
import type { Sql, Store } from '../platform/store/index.ts';
import type { Clock } from '../platform/units/index.ts';
import { listTeamMembers, removeTeamMember, setTeamMember, type TeamMember, TeamRole } from './schema.ts';
import { findTeam } from './store.ts';

interface MemberTables {
  team_member: {
    team: string;
    account: string;
    role: string;
    since: string;
    /** "group": from a group of the identity provider; null: set by an administrator. */
    source: string | null;
  };
}

const GROUP = 'group';

/** The accounts of the server. */
export interface Accounts {
  has(sql: Sql, name: string): Promise<boolean>;
}

export interface MembersDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: Accounts;
}

/** Members of a team and their roles in it. */
export function createMemberRoutes({ store, clock, accounts }: MembersDeps): Route[] {
  return [
    handle(listTeamMembers, async ({ params: { team }, identity }) => {
      if (limitMoney(identity)?.includes(team) === false) throw refuseHidden(identity, `Team ${team}`);
      await requireTeam(store, team);
      return { members: await findMembers(store, team) };
    }),
    handle(setTeamMember, ({ params: { team, account }, body: { role } }) =>
      store.transaction(async (sql) => {
        await requireTeam(sql, team);
        if (!(await accounts.has(sql, account))) {
          throw new AppError('account_not_found', `There is no account "${account}".`, { account });
        }
        return putMember(sql, { team, account, role, since: new Date(clock.now()).toISOString() });
      }),
    ),
    handle(removeTeamMember, ({ params: { team, account } }) =>
      store.transaction(async (sql) => {
        await requireTeam(sql, team);
        const member = (await findMembers(sql, team)).find((one) => one.account === account);
        if (member === undefined) {
          throw new AppError('team_member_not_found', `"${account}" is not a member of team "${team}".`, {
            team,
            account,
          });
        }
        await sql
          .tables<MemberTables>()
          .deleteFrom('team_member')
          .where('team', '=', team)
          .where('account', '=', account)
          .execute();
        return member;
      }),
    ),
  ];
}

/** Whether an account may change objects of a team. True for a name without a team: it cannot have members. */
export async function isWriteAllowed(sql: Sql, team: string, account: string): Promise<boolean> {
  const row = await sql
    .tables<MemberTables>()
    .selectFrom('team_member')
    .select('role')
    .where('team', '=', team)
    .where('account', '=', account)
    .executeTakeFirst();
  if (row !== undefined) return row.role === 'contributor';
  return (await findTeam(sql, team)) === null;
}

/** Teams that an account is a member of, by name. */
export async function findTeamsOf(sql: Sql, account: string): Promise<string[]> {
  const rows = sql.tables<MemberTables>().selectFrom('team_member').select('team').where('account', '=', account);
  return (await rows.orderBy('team').execute()).map(({ team }) => team);
}

/** Removes an account from every team. */
export async function deleteMemberships(sql: Sql, account: string): Promise<void> {
  await sql.tables<MemberTables>().deleteFrom('team_member').where('account', '=', account).execute();
}

/**
 * Makes the memberships that an account has through groups exactly these; a team without a document is left out. Memberships that an
 * administrator set stay as they are.
 */
export async function setGroupMemberships(
  sql: Sql,
  account: string,
  teams: readonly { readonly team: string; readonly role: TeamRole }[],
  since: string,
): Promise<void> {
  const tables = sql.tables<MemberTables>();
  const kept = new Set<string>();
  for (const { team, role } of teams) {
    if ((await findTeam(sql, team)) === null) continue;
    kept.add(team);
    await tables
      .insertInto('team_member')
      .values({ team, account, role, since, source: GROUP })
      .onConflict((conflict) =>
        conflict.columns(['team', 'account']).doUpdateSet({ role }).where('team_member.source', '=', GROUP),
      )
      .execute();
  }
  const given = tables.selectFrom('team_member').select('team').where('account', '=', account);
  for (const { team } of await given.where('source', '=', GROUP).execute()) {
    if (kept.has(team)) continue;
    const member = tables.deleteFrom('team_member').where('team', '=', team).where('account', '=', account);
    await member.where('source', '=', GROUP).execute();
  }
}

async function findMembers(sql: Sql, team: string): Promise<TeamMember[]> {
  const rows = sql.tables<MemberTables>().selectFrom('team_member').selectAll().where('team', '=', team);
  return (await rows.orderBy('account').execute()).map(({ team: name, account, role, since }) => ({
    ...{ team: name, account, since },
    role: TeamRole.parse(role),
  }));
}

/** A new role keeps the day of the first. */
async function putMember(sql: Sql, member: TeamMember): Promise<TeamMember> {
  await sql
    .tables<MemberTables>()
    .insertInto('team_member')
    .values({ ...member, source: null })
    .onConflict((conflict) => conflict.columns(['team', 'account']).doUpdateSet({ role: member.role, source: null }))
    .execute();
  const [stored = member] = (await findMembers(sql, member.team)).filter(({ account }) => account === member.account);
  return stored;
}

async function requireTeam(sql: Sql, team: string): Promise<void> {
  if ((await findTeam(sql, team)) !== null) return;
  throw new AppError('team_not_found', `There is no team "${team}". Apply a document of kind Team first.`, { team });
}
