import type { Route } from '../platform/http/index.ts';
import type { ManifestKind, ManifestOutcome } from '../platform/manifests/index.ts';
import type { Sql, Store } from '../platform/store/index.ts';
import type { Clock } from '../platform/units/index.ts';
import { type Accounts, createMemberRoutes, findTeamsOf, isWriteAllowed } from './members.ts';
import { createOrgRoutes } from './routes.ts';
import { EnvironmentManifest, ProjectManifest, type Subject, TeamManifest } from './schema.ts';
import { addTeam, applyEnvironment, applyProject, applyTeam } from './service.ts';
import { findTeam } from './store.ts';

export { covers } from './covers.ts';
export { deleteMemberships, findTeamsOf, setGroupMemberships } from './members.ts';
export { orgMigrations } from './migrations.ts';
export { findProjectsOf } from './store.ts';
export { type SubjectColumns, toSubject, toSubjectColumns } from './subject-columns.ts';
export {
  createVisibleSubjects,
  type FindSubjectOwner,
  type IsVisibleSubject,
  readVisiblePage,
} from './visible-subjects.ts';

export interface OrgDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: Accounts;
}

/** Teams, projects and environments: the only nouns that both wings share. */
export interface Org {
  /** Updates the store to match the document: a field that is left out becomes null. */
  applyTeam(sql: Sql, document: TeamManifest): Promise<ManifestOutcome>;
  /** Errors: `manifest_reference_unknown` when there is no such team. */
  applyProject(sql: Sql, document: ProjectManifest): Promise<ManifestOutcome>;
  applyEnvironment(sql: Sql, document: EnvironmentManifest): Promise<ManifestOutcome>;
  /** Adds the team of the project to a subject without a team, if the project is known. */
  withTeam(sql: Sql, subject: Subject): Promise<Subject>;
  /**
   * Whether a contributor may change objects of a team: as a member with the role contributor. True for a name without a team:
   * it cannot have members.
   */
  mayWriteFor(sql: Sql, team: string, account: string): Promise<boolean>;
  /** Teams that an account is a member of, by name. */
  teamsOf(sql: Sql, account: string): Promise<string[]>;
  /** Whether there is a team of this name. */
  hasTeam(sql: Sql, team: string): Promise<boolean>;
  /** E-mail address of the owner of a team; null when the team or its owner is unknown. */
  teamOwner(sql: Sql, team: string): Promise<string | null>;
  /** For `createManifests`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

/** Makes the service. Example: `const org = createOrg({ store, clock }); org.routes` serves `GET /api/v1/teams`. */
export function createOrg({ store, clock, accounts }: OrgDeps): Org {
  const team: ManifestKind<TeamManifest> = {
    kind: 'Team',
    schema: TeamManifest,
    order: 10,
    apply: (sql, document) => applyTeam(sql, clock, document),
  };
  const project: ManifestKind<ProjectManifest> = {
    kind: 'Project',
    schema: ProjectManifest,
    order: 20,
    apply: (sql, document) => applyProject(sql, clock, document),
  };
  const environment: ManifestKind<EnvironmentManifest> = {
    kind: 'Environment',
    schema: EnvironmentManifest,
    order: 10,
    apply: (sql, document) => applyEnvironment(sql, clock, document),
  };
  return {
    applyTeam: team.apply,
    applyProject: project.apply,
    applyEnvironment: environment.apply,
    withTeam: addTeam,
    kinds: [team, project, environment],
    mayWriteFor: isWriteAllowed,
    teamsOf: findTeamsOf,
    hasTeam: async (sql, name) => (await findTeam(sql, name)) !== null,
    teamOwner: async (sql, name) => (await findTeam(sql, name))?.owner ?? null,
    routes: [...createOrgRoutes(store), ...createMemberRoutes({ store, clock, accounts })],
  };
}
