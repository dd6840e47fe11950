import type { FastifyRequest } from 'fastify';
import type { Scope } from '../contract/schema.ts';
import { AppError } from '../errors/index.ts';
import { type Access, isLoopback, LOCAL, sameOrigin } from '../http/index.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import type { PasswordCheck } from './password-check.ts';
import type { Proofs } from './proofs.ts';
import { allows } from './roles.ts';
import { hashOf, isToken } from './secrets.ts';
import type { Proven, Verified } from './verified.ts';

export interface AccessDeps {
  readonly proofs: Proofs;
  readonly verified: Verified;
  readonly checkPassword: PasswordCheck;
  /** Secret of whoever may read the data folder's own files: the command line on this machine. */
  readonly localKey: string;
}

export interface AccountAccess extends Access {
  /** Who asks, or null when nobody was named or the proof is wrong. Error: `too_many_attempts`. */
  identify(request: FastifyRequest): Promise<Proven | null>;
  /** Checks a password as every request's is checked: limited, delayed and queued. */
  readonly checkPassword: PasswordCheck;
}

/** The door of a server with accounts: default-deny, in one place, for every route there is. */
export function createAccess(deps: AccessDeps): AccountAccess {
  const localHash = hashOf(deps.localKey);
  const identify = async (request: FastifyRequest): Promise<Proven | null> => {
    const credentials = credentialsOf(request);
    const secret = 'secret' in credentials ? credentials.secret : '';
    if (credentials.kind === 'bearer' && isLoopback(request.ip) && hashOf(secret) === localHash) {
      return { name: LOCAL.name, role: 'admin', until: null };
    }
    return proof(deps, request, credentials);
  };
  return {
    identify,
    checkPassword: deps.checkPassword,
    async admit(request, scope) {
      if (scope === 'open') return;
      const proven = await identify(request);
      if (proven === null) throw notAuthenticated(request);
      request.identity = { name: proven.name, role: proven.role };
      checkPage(request);
      if (!allows(proven.role, scope)) throw notPermitted(proven, scope);
    },
  };
}

async function proof(deps: AccessDeps, request: FastifyRequest, credentials: Credentials): Promise<Proven | null> {
  const { proofs, verified } = deps;
  switch (credentials.kind) {
    case 'session':
      return cached(verified, ['session', credentials.secret], () => proofs.session(credentials.secret));
    case 'bearer':
      return cached(verified, ['bearer', credentials.secret], () => proofs.token(credentials.secret, null));
    case 'basic': {
      const { name, secret } = credentials;
      if (!isToken(secret)) return deps.checkPassword(request, name, secret);
      return cached(verified, ['token', name, secret], () => proofs.token(secret, name));
    }
    default:
      return null;
  }
}

async function cached(
  verified: Verified,
  [kind, ...secrets]: readonly [string, ...string[]],
  verify: () => Promise<Proven | null>,
): Promise<Proven | null> {
  return verified.find(kind, ...secrets) ?? verified.check([kind, ...secrets], verify);
}

/**
 * A cookie comes along with whatever page sends the request, so a write that leans on it must say that it comes from a page of
 * this server. Browsers say so in every such request; SameSite keeps the cookie from other sites besides.
 */
function checkPage(request: FastifyRequest): void {
  if (request.headers.authorization !== undefined || request.method === 'GET' || request.method === 'HEAD') return;
  const { origin, host = '' } = request.headers;
  if (origin !== undefined ? sameOrigin(origin, host) : request.headers['sec-fetch-site'] === 'same-origin') return;
  throw new AppError(
    'origin_not_allowed',
    'A write with the cookie of a session must come from a page of this server.',
  );
}

function notAuthenticated(request: FastifyRequest): AppError {
  const given = request.headers.authorization !== undefined;
  const why = given ? 'The name, password or token is wrong, expired or disabled.' : 'This server asks for an account.';
  const how = 'Log in, or send a token: "Authorization: Bearer sy_…"; MLflow clients take MLFLOW_TRACKING_TOKEN.';
  return new AppError('not_authenticated', `${why} ${how}`);
}

function notPermitted({ name, role }: Proven, scope: Scope | null): AppError {
  return new AppError('not_permitted', `${name} has the role ${role}, which does not include ${scope}.`, {
    role,
    scope,
  });
}
