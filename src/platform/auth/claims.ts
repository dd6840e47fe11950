import { parseRoleMappings, parseTeamMappings } from '../config/sign-on/schema.ts';
import { AppError } from '../errors/index.ts';
import type { Claims } from './identity-provider.ts';
import { AccountName, type Role } from './schema.ts';

/** A membership that a group gives. */
export interface Membership {
  readonly team: string;
  readonly role: 'viewer' | 'contributor';
}

/** Role and memberships of a person by their groups. */
export interface Granted {
  /** null: no group of the person has a role. */
  readonly role: Role | null;
  readonly teams: readonly Membership[];
}

export interface Grants {
  /** Error: `sign_on_failed` where the provider does not say all groups. */
  grant(claims: Claims): Granted;
  /** Whether the claims say nothing of groups; people without a group may have an empty list or no claim. */
  lacksGroups(claims: Claims): boolean;
}

export interface GrantSettings {
  readonly oidcGroupsClaim: string;
  readonly oidcRoles: string;
  readonly oidcTeams: string;
  readonly oidcDefaultRole: 'none' | 'viewer' | 'contributor';
}

/** Groups of one person that are read; a longer list is refused, since a cut list would grant by chance. */
const MOST_GROUPS = 5_000;

/** Turns the groups of a person into a role and memberships. */
export function createGrants(settings: GrantSettings): Grants {
  const { oidcGroupsClaim: claim, oidcDefaultRole } = settings;
  const roleMappings = parseRoleMappings(settings.oidcRoles);
  const teamMappings = parseTeamMappings(settings.oidcTeams);
  const fallback = oidcDefaultRole === 'none' ? null : oidcDefaultRole;
  return {
    grant(claims) {
      const groups = readGroups(claims, claim);
      const teams = new Map<string, Membership>();
      for (const { group, team, role } of teamMappings) {
        if (groups.has(group) && teams.get(team)?.role !== 'contributor') teams.set(team, { team, role });
      }
      const role = roleMappings.find(({ group }) => groups.has(group))?.role ?? fallback;
      return { role, teams: role === null ? [] : [...teams.values()] };
    },
    lacksGroups: (claims) => readClaim(claims, claim) === undefined && !hasTooMany(claims, claim),
  };
}

/** The value at a claim: by its whole name, else along the dots. Example: `realm_access.roles` of Keycloak. */
function readClaim(claims: Claims, name: string): unknown {
  if (name in claims) return claims[name];
  return name.split('.').reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), claims);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Entra leaves the groups out above 200, and names an address to ask instead. */
function hasTooMany(claims: Claims, claim: string): boolean {
  return isRecord(claims._claim_names) && claim in claims._claim_names;
}

/** Error: `sign_on_failed`. */
function readGroups(claims: Claims, claim: string): ReadonlySet<string> {
  if (hasTooMany(claims, claim)) {
    const detail = `The person has too many groups for the token: the provider left out "${claim}". Send only the groups that are assigned to the application.`;
    throw new AppError('sign_on_failed', detail, { reason: 'groups_left_out' });
  }
  const value = readClaim(claims, claim) ?? [];
  if (typeof value !== 'string' && !Array.isArray(value)) {
    const detail = `The claim "${claim}" is of the type ${typeof value}; a list of texts is expected. Correct the mapping of groups at the provider, or oidcGroupsClaim.`;
    throw new AppError('sign_on_failed', detail, { reason: 'groups_invalid' });
  }
  const groups: readonly unknown[] = typeof value === 'string' ? [value] : value;
  if (groups.length > MOST_GROUPS) {
    const detail = `The provider sent ${groups.length} groups; at most ${MOST_GROUPS} are read. Send only the groups of this application.`;
    throw new AppError('sign_on_failed', detail, { reason: 'too_many_groups' });
  }
  return new Set(groups.filter((group) => typeof group === 'string'));
}

function findNames(claims: Claims): string[] {
  const { email, email_verified: isVerified, preferred_username: username, upn } = claims;
  return [isVerified === false ? null : email, username, upn].filter(
    (name) => typeof name === 'string' && name !== '',
  ) as string[];
}

/** Mail of a person, for people to recognize the account by; it proves nothing. */
export function findMail({ email }: Claims): string | null {
  return typeof email === 'string' && email.length <= 320 ? email : null;
}

/** Name of a new account: mail unless the provider says that it is not verified, else user name, else subject, with "-" for characters that a name cannot have. */
export function chooseAccountName(claims: Claims, subject: string): string {
  const wanted = (findNames(claims)[0] ?? subject).toLowerCase().replaceAll(/[^a-z0-9._@-]/g, '-');
  const name = wanted.replace(/^[^a-z0-9]+/, '').slice(0, 100);
  const parsed = AccountName.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new AppError('sign_on_failed', 'The provider sent no name that an account can have.', { reason: 'no_name' });
}
