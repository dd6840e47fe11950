import type { Scope } from '../contract/schema.ts';
import { type Reads, readsByDefault } from '../contract/schema.ts';
import { AppError } from '../errors/index.ts';

/** Data that a caller may read. */
export interface Visible {
  /** Costs: of everything, only totals of the whole organization, or those of `teams`. */
  readonly money: 'all' | 'totals' | 'teams';
  /** Runs, models, endpoints and so on: all, those of `teams`, or none. */
  readonly work: 'all' | 'teams' | 'none';
  readonly teams: ReadonlySet<string>;
  /** Projects of these teams, for things that name a project but no team. */
  readonly projects: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
const NO_TEAMS = { teams: NONE, projects: NONE } as const;

export const EVERYTHING: Visible = { money: 'all', work: 'all', ...NO_TEAMS };
export const NO_DATA: Visible = { money: 'teams', work: 'none', ...NO_TEAMS };
/** Totals of the organization and scorecards, but no row and no run. */
export const TOTALS: Visible = { money: 'totals', work: 'none', ...NO_TEAMS };

interface WithVisible {
  readonly visible: Visible;
}

/** The caller that an error names. */
interface Reader extends WithVisible {
  readonly name: string;
}

/** Whether the caller may read the data of all teams, and data without an owner. */
export function seesEverything({ visible }: WithVisible): boolean {
  return visible.money === 'all' && visible.work === 'all';
}

/** Teams to which costs and names of teams are limited for this caller; null: no limit, also for unallocated costs. */
export function limitMoney({ visible }: WithVisible): readonly string[] | null {
  return visible.money === 'teams' ? sortTeams(visible) : null;
}

/** Whether costs of this owner are visible in full: those of a team, or of one of its projects. */
export function isMoneyVisible(
  { visible }: WithVisible,
  { team, project }: { readonly team?: string | undefined; readonly project?: string | undefined },
): boolean {
  if (visible.money !== 'teams') return true;
  return team !== undefined ? visible.teams.has(team) : project !== undefined && visible.projects.has(project);
}

/** Owners to which runs, models and so on are limited for a caller. */
export interface OwnerLimit {
  readonly teams: readonly string[];
  readonly projects: readonly string[];
}

/** null: no limit, also for things without a team. */
export function limitWork({ visible }: WithVisible): OwnerLimit | null {
  if (visible.work === 'all') return null;
  return visible.work === 'none'
    ? { teams: [], projects: [] }
    : { teams: sortTeams(visible), projects: [...visible.projects].sort() };
}

/** Owners to which an answer is limited that callers who see all costs (`totals`: or totals of them) read in full. null: no limit. */
export function limitWorkUnless(identity: WithVisible, way: 'money' | 'totals'): OwnerLimit | null {
  const { money } = identity.visible;
  return money === 'all' || money === way ? null : limitWork(identity);
}

/** Whether something of this owner is within a limit. The team counts before the project; without an owner nothing is. */
export function isWithinLimit(limit: OwnerLimit | null, owner: Owned | null): boolean {
  if (limit === null) return true;
  if (owner === null) return false;
  const { team, project } = owner;
  return team !== null ? limit.teams.includes(team) : project !== null && limit.projects.includes(project);
}

/** Says of an answer that it is limited: spread into it. Without a limit there is nothing to say. */
export function describeLimit(limit: OwnerLimit | null): { readonly partial?: { teams: string[] } } {
  return limit === null ? {} : { partial: { teams: [...limit.teams] } };
}

interface Owned {
  readonly team: string | null;
  readonly project: string | null;
}

/** The things within a limit, in their order. The owner is looked up once for each `key`. */
export async function selectWithinLimit<Thing>(
  limit: OwnerLimit | null,
  things: readonly Thing[],
  { key, findOwner }: { key(thing: Thing): string; findOwner(thing: Thing): Promise<Owned | null> },
): Promise<Thing[]> {
  if (limit === null) return [...things];
  const visible = new Map<string, boolean>();
  for (const thing of things) {
    const name = key(thing);
    if (!visible.has(name)) visible.set(name, isWithinLimit(limit, await findOwner(thing)));
  }
  return things.filter((thing) => visible.get(key(thing)) === true);
}

function sortTeams({ teams }: Visible): string[] {
  return [...teams].sort();
}

/** Whether something of this owner is visible. The team counts before the project; without both nothing but full sight shows it. */
export function isWorkVisible({ visible }: WithVisible, { team, project }: Owned): boolean {
  if (visible.work !== 'teams') return visible.work === 'all';
  return team !== null ? visible.teams.has(team) : project !== null && visible.projects.has(project);
}

/**
 * The way by which a caller reads a route: null refuses it. A caller who sees everything reads every route; a route without a declaration is
 * read only by such a caller.
 */
export function findWayToRead(
  identity: WithVisible,
  { scope, reads }: { readonly scope: Scope; readonly reads?: Reads | readonly Reads[] | undefined },
): Reads | null {
  if (seesEverything(identity)) return 'none';
  const { money, work } = identity.visible;
  const ways = [reads ?? readsByDefault[scope] ?? []].flat();
  const open: Readonly<Record<Reads, boolean>> = {
    none: true,
    money: money === 'all',
    totals: money !== 'teams',
    team: work === 'teams',
    object: work === 'teams',
  };
  return ways.find((way) => open[way]) ?? null;
}

/** Error for a route that is not limited by team. */
export function refuseUnlimited(identity: Reader): AppError {
  const { name, visible } = identity;
  const teams = sortTeams(visible);
  const detail = `This answer contains the data of all teams. ${describeVisible(visible)} Ask an administrator to change the role of ${name}.`;
  return new AppError('not_visible', detail, { account: name, teams });
}

/** Error for one thing that belongs to another team, or has no owner. */
export function refuseHidden(identity: Reader, what: string): AppError {
  const { name, visible } = identity;
  const detail = `${what} does not belong to your teams. ${describeVisible(visible)} An administrator can add you to its team.`;
  return new AppError('not_visible', detail, { account: name, teams: sortTeams(visible) });
}

function describeVisible(visible: Visible): string {
  if (visible.money === 'totals') return 'Your role sees totals of the organization only.';
  const teams = sortTeams(visible);
  const data = visible.money === 'all' ? 'all costs and the data' : 'the data';
  return teams.length === 0
    ? `You see ${data} of your teams, and you are in no team.`
    : `You see ${data} of your teams: ${teams.join(', ')}.`;
}
