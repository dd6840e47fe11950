import type { FastifyRequest } from 'fastify';
import type { Scope } from '../contract/schema.ts';
import { AppError } from '../errors/index.ts';
import {
  type Access,
  type Identity,
  isAllowed,
  isLoopback,
  isSameOrigin,
  LOCAL,
  type Visible,
  type WorkGrant,
} from '../http/index.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import type { PasswordCheck } from './password-check.ts';
import type { Proofs } from './proofs.ts';
import { type Roles, workScopes } from './roles.ts';
import { Role } from './schema.ts';
import { hashSecret, isToken } from './secrets.ts';
import type { Verified, VerifiedIdentity } from './verified.ts';
import { isWorkToken, type WorkTokens } from './work-tokens.ts';

/** Data that an account may read, or a step of a pipeline. */
export type FindVisible = (
  account: { readonly name: string; readonly role: Role } | { readonly work: WorkGrant },
) => Promise<Visible>;

export interface AccessDeps {
  readonly proofs: Proofs;
  readonly workTokens: Pick<WorkTokens, 'verify'>;
  readonly roles: Roles;
  readonly verified: Verified;
  readonly checkPassword: PasswordCheck;
  readonly findVisible: FindVisible;
  /** Secret of the command line on this machine, readable only with access to the files of the data folder. */
  readonly localKey: string;
}

export interface AccountAccess extends Access {
  /** Identity of the caller; null when the request has no credentials or wrong ones. Error: `too_many_attempts`. */
  identify(request: FastifyRequest): Promise<Identity | null>;
  /** Checks a password as every request's is checked: limited, delayed and queued. */
  readonly checkPassword: PasswordCheck;
  readonly findVisible: FindVisible;
}

/** Access control of a server with accounts: default-deny for every route, in one place. */
export function createAccess(deps: AccessDeps): AccountAccess {
  const { roles, workTokens } = deps;
  const localHash = hashSecret(deps.localKey);
  const identify = async (request: FastifyRequest): Promise<Identity | null> => {
    const credentials = readCredentials(request);
    const secret = 'secret' in credentials ? credentials.secret : '';
    if (credentials.kind === 'bearer' && isLoopback(request.ip) && hashSecret(secret) === localHash) {
      return { ...LOCAL, role: 'admin', scopes: roles.scopesOf('admin') };
    }
    // Never from the cache of verified credentials: a work token ends with its step.
    if (isWorkToken(secret)) return buildWorkIdentity(deps, await workTokens.verify(secret), credentials);
    const proven = await findProof(deps, request, credentials);
    return proven === null ? null : buildIdentity(deps, proven);
  };
  return {
    identify,
    checkPassword: deps.checkPassword,
    findVisible: deps.findVisible,
    async admit(request, scope) {
      if (scope === 'open') return;
      const identity = await identify(request);
      if (identity === null) throw createNotAuthenticated(request);
      request.identity = identity;
      checkPage(request);
      // An address that no route has: any account may learn that.
      if (scope !== null && !isAllowed(identity, scope)) throw createNotPermitted(roles, identity, scope);
    },
  };
}

async function buildIdentity(
  { roles, findVisible }: AccessDeps,
  { name, role, until, token, limits }: VerifiedIdentity,
): Promise<Identity> {
  const all = roles.scopesOf(role);
  return {
    name,
    role,
    scopes: limits === null ? all : new Set(limits.filter((scope) => all.has(scope))),
    visible: await findVisible({ name, role }),
    token: token === null ? null : { id: token, expiresMs: until, scopes: limits },
    work: null,
  };
}

async function buildWorkIdentity(
  { findVisible }: AccessDeps,
  verified: Awaited<ReturnType<WorkTokens['verify']>>,
  credentials: Credentials,
): Promise<Identity | null> {
  if (verified === null || (credentials.kind === 'basic' && credentials.name !== verified.name)) return null;
  const { name, work } = verified;
  return { name, role: 'step', scopes: workScopes, visible: await findVisible({ work }), token: null, work };
}

async function findProof(
  deps: AccessDeps,
  request: FastifyRequest,
  credentials: Credentials,
): Promise<VerifiedIdentity | null> {
  const { proofs, verified } = deps;
  switch (credentials.kind) {
    case 'session':
      return verifyCached(verified, ['session', credentials.secret], () => proofs.session(credentials.secret));
    case 'bearer':
      return verifyCached(verified, ['bearer', credentials.secret], () => proofs.token(credentials.secret, null));
    case 'basic': {
      const { name, secret } = credentials;
      if (!isToken(secret)) return deps.checkPassword(request, name, secret);
      return verifyCached(verified, ['token', name, secret], () => proofs.token(secret, name));
    }
    default:
      return null;
  }
}

async function verifyCached(
  verified: Verified,
  [kind, ...secrets]: readonly [string, ...string[]],
  verify: () => Promise<VerifiedIdentity | null>,
): Promise<VerifiedIdentity | null> {
  return verified.find(kind, ...secrets) ?? verified.check([kind, ...secrets], verify);
}

/**
 * A browser sends the cookie with every request, from any page. A write that relies on it must therefore prove that it comes from a page of
 * this server. Browsers send this proof in every such request; in addition, SameSite keeps the cookie from other sites.
 */
function checkPage(request: FastifyRequest): void {
  if (request.headers.authorization !== undefined || request.method === 'GET' || request.method === 'HEAD') return;
  const { origin, host = '' } = request.headers;
  if (origin !== undefined ? isSameOrigin(origin, host) : request.headers['sec-fetch-site'] === 'same-origin') return;
  throw new AppError('origin_not_allowed', 'A write with a session cookie must come from a page of this server.');
}

function createNotAuthenticated(request: FastifyRequest): AppError {
  const given = request.headers.authorization !== undefined;
  const why = given ? 'The name, password or token is wrong, expired or disabled.' : 'This server requires an account.';
  const how = 'Log in, or send a token: "Authorization: Bearer sy_…"; for MLflow clients set MLFLOW_TRACKING_TOKEN.';
  return new AppError('not_authenticated', `${why} ${how}`);
}

function createNotPermitted(roles: Roles, identity: Identity, scope: Scope): AppError {
  const { name, role, work } = identity;
  const facts = { role, scope };
  if (work !== null) {
    const detail = `The token of a step can write only to the run of the step and does not include ${scope}. Give the step a token of an account as a secret.`;
    return new AppError('not_permitted', detail, facts);
  }
  if (isRole(role) && roles.scopesOf(role).has(scope)) {
    return new AppError('not_permitted', `The token of ${name} does not include ${scope}.`, facts);
  }
  return new AppError('not_permitted', `${name} has the role ${role}, which does not include ${scope}.`, facts);
}

function isRole(role: string | null): role is Role {
  return Role.safeParse(role).success;
}
