import type { Sql } from '../platform/store/index.ts';
import type { Environment, Project, Team } from './schema.ts';

interface OrgTables {
  team: {
    name: string;
    display_name: string | null;
    owner: string | null;
    description: string | null;
    created_at: string;
    updated_at: string;
  };
  project: { name: string; team: string; description: string | null; created_at: string; updated_at: string };
  environment: {
    name: string;
    description: string | null;
    production: number;
    created_at: string;
    updated_at: string;
  };
}

/** Rows after this name, at most so many. */
export interface Page {
  readonly after: string | null;
  readonly limit: number;
}

const toTeam = (row: OrgTables['team']): Team => ({
  name: row.name,
  displayName: row.display_name,
  owner: row.owner,
  description: row.description,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const toProject = (row: OrgTables['project']): Project => ({
  name: row.name,
  team: row.team,
  description: row.description,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const toEnvironment = (row: OrgTables['environment']): Environment => ({
  name: row.name,
  description: row.description,
  production: row.production === 1,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export async function findTeam(sql: Sql, name: string): Promise<Team | null> {
  const row = await sql.tables<OrgTables>().selectFrom('team').selectAll().where('name', '=', name).executeTakeFirst();
  return row === undefined ? null : toTeam(row);
}

/** Projects of these teams, by name. */
export async function findProjectsOf(sql: Sql, teams: readonly string[]): Promise<string[]> {
  const rows = sql.tables<OrgTables>().selectFrom('project').select('name').where('team', 'in', teams);
  return (await rows.orderBy('name').execute()).map(({ name }) => name);
}

export async function findProject(sql: Sql, name: string): Promise<Project | null> {
  const row = await sql
    .tables<OrgTables>()
    .selectFrom('project')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  return row === undefined ? null : toProject(row);
}

export async function findEnvironment(sql: Sql, name: string): Promise<Environment | null> {
  const row = await sql
    .tables<OrgTables>()
    .selectFrom('environment')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  return row === undefined ? null : toEnvironment(row);
}

/** `only`: of these names; null: all. */
export async function pageTeams(sql: Sql, page: Page, only: readonly string[] | null = null): Promise<Team[]> {
  if (only?.length === 0) return [];
  const every = sql.tables<OrgTables>().selectFrom('team').selectAll().orderBy('name').limit(page.limit);
  const all = only === null ? every : every.where('name', 'in', only);
  const rows = await (page.after === null ? all : all.where('name', '>', page.after)).execute();
  return rows.map(toTeam);
}

/** `only`: of these teams; null: of all. */
export async function pageProjects(
  sql: Sql,
  { team, only }: { readonly team: string | null; readonly only: readonly string[] | null },
  page: Page,
): Promise<Project[]> {
  if (only?.length === 0) return [];
  const every = sql.tables<OrgTables>().selectFrom('project').selectAll().orderBy('name').limit(page.limit);
  const all = only === null ? every : every.where('team', 'in', only);
  const ofTeam = team === null ? all : all.where('team', '=', team);
  const rows = await (page.after === null ? ofTeam : ofTeam.where('name', '>', page.after)).execute();
  return rows.map(toProject);
}

export async function pageEnvironments(sql: Sql, page: Page): Promise<Environment[]> {
  const all = sql.tables<OrgTables>().selectFrom('environment').selectAll().orderBy('name').limit(page.limit);
  const rows = await (page.after === null ? all : all.where('name', '>', page.after)).execute();
  return rows.map(toEnvironment);
}

/** Inserts, or replaces all but the name and the time of creation. */
export async function putTeam(sql: Sql, team: Team): Promise<void> {
  const facts = {
    display_name: team.displayName,
    owner: team.owner,
    description: team.description,
    updated_at: team.updatedAt,
  };
  await sql
    .tables<OrgTables>()
    .insertInto('team')
    .values({ name: team.name, created_at: team.createdAt, ...facts })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(facts))
    .execute();
}

export async function putProject(sql: Sql, project: Project): Promise<void> {
  const facts = { team: project.team, description: project.description, updated_at: project.updatedAt };
  await sql
    .tables<OrgTables>()
    .insertInto('project')
    .values({ name: project.name, created_at: project.createdAt, ...facts })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(facts))
    .execute();
}

export async function putEnvironment(sql: Sql, environment: Environment): Promise<void> {
  const facts = {
    description: environment.description,
    production: environment.production ? 1 : 0,
    updated_at: environment.updatedAt,
  };
  await sql
    .tables<OrgTables>()
    .insertInto('environment')
    .values({ name: environment.name, created_at: environment.createdAt, ...facts })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(facts))
    .execute();
}
