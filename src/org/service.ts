import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../platform/errors/index.ts';
import { findNearest, type ManifestOutcome } from '../platform/manifests/index.ts';
import type { Sql } from '../platform/store/index.ts';
import type { Clock } from '../platform/units/index.ts';
import type { EnvironmentManifest, ProjectManifest, Subject, TeamManifest } from './schema.ts';
import { findEnvironment, findProject, findTeam, pageTeams, putEnvironment, putProject, putTeam } from './store.ts';

/** Enough teams to look for the one that was meant. */
const TEAMS_TO_COMPARE = 1000;

interface Stored {
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Writes `facts` when they differ from the stored ones; returns created, changed or unchanged. */
async function put<Facts extends object>(
  known: (Facts & Stored) | null,
  facts: Facts,
  now: string,
  write: (row: Facts & Stored) => Promise<void>,
): Promise<ManifestOutcome> {
  if (known === null) {
    await write({ ...facts, createdAt: now, updatedAt: now });
    return 'created';
  }
  const { createdAt, updatedAt } = known;
  if (isDeepStrictEqual(known, { ...facts, createdAt, updatedAt })) return 'unchanged';
  await write({ ...facts, createdAt, updatedAt: now });
  return 'changed';
}

export async function applyTeam(sql: Sql, clock: Clock, { metadata, spec }: TeamManifest): Promise<ManifestOutcome> {
  const { displayName = null, owner = null, description = null } = spec;
  const facts = { name: metadata.name, displayName, owner, description };
  return put(await findTeam(sql, metadata.name), facts, toTimestamp(clock), (team) => putTeam(sql, team));
}

export async function applyProject(
  sql: Sql,
  clock: Clock,
  { metadata, spec }: ProjectManifest,
): Promise<ManifestOutcome> {
  await checkTeam(sql, spec.team);
  const facts = { name: metadata.name, team: spec.team, description: spec.description ?? null };
  return put(await findProject(sql, metadata.name), facts, toTimestamp(clock), (project) => putProject(sql, project));
}

export async function applyEnvironment(
  sql: Sql,
  clock: Clock,
  { metadata, spec }: EnvironmentManifest,
): Promise<ManifestOutcome> {
  const { description = null, production } = spec;
  const facts = { name: metadata.name, description, production };
  const known = await findEnvironment(sql, metadata.name);
  return put(known, facts, toTimestamp(clock), (environment) => putEnvironment(sql, environment));
}

export async function addTeam(sql: Sql, subject: Subject): Promise<Subject> {
  if (subject.team !== undefined || subject.project === undefined) return subject;
  const project = await findProject(sql, subject.project);
  return project === null ? subject : { ...subject, team: project.team };
}

async function checkTeam(sql: Sql, team: string): Promise<void> {
  if ((await findTeam(sql, team)) !== null) return;
  const teams = await pageTeams(sql, { after: null, limit: TEAMS_TO_COMPARE });
  const names = teams.map(({ name }) => name);
  const meant = findNearest(team, names);
  const hint = meant === null ? 'Apply a document of kind Team with this name.' : `Did you mean "${meant}"?`;
  throw new AppError('manifest_reference_unknown', `spec.team: there is no team "${team}". ${hint}`, { team });
}

function toTimestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
