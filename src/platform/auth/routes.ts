import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Endpoint } from '../contract/schema.ts';
import { AppError } from '../errors/index.ts';
import {
  handle,
  type Identity,
  limitWork,
  parseRequest,
  type Route,
  toBodyLimitOption,
  toReadConfig,
  type WriteRecorder,
} from '../http/index.ts';
import type { AccountAccess } from './access.ts';
import {
  type AccountsDeps,
  alterAccount,
  closeSession,
  dropAccount,
  endToken,
  makeAccount,
  makeToken,
  openSession,
  readAccounts,
  readTokens,
  SESSION_MS,
} from './accounts.ts';
import { buildAddressKey } from './address.ts';
import { buildSessionCookie, readCookie, SESSION_COOKIE } from './credentials.ts';
import {
  changeAccount,
  changePassword,
  createAccount,
  createToken,
  endSession,
  getSession,
  listAccounts,
  listTokens,
  Role,
  removeAccount,
  revokeToken,
  startSession,
  type Who,
} from './schema.ts';
import { generateToken } from './secrets.ts';
import type { VerifiedIdentity } from './verified.ts';

export interface AuthRoutesDeps extends AccountsDeps {
  /** Where sign-ins are recorded. */
  readonly writes: WriteRecorder;
  /** Null on a server without accounts. */
  readonly access: AccountAccess | null;
}

export function createAuthRoutes(deps: AuthRoutesDeps): Route[] {
  return [
    ...createSessionRoutes(deps),
    handle(listAccounts, async () => ({ accounts: await readAccounts(deps) })),
    handle(createAccount, ({ body, actor }) => makeAccount(deps, body, actor)),
    handle(changeAccount, ({ params, body }) => alterAccount(deps, params.name, body)),
    handle(removeAccount, ({ params, identity }) => dropAccount(deps, params.name, identity)),
    handle(listTokens, async ({ query, identity }) => ({ tokens: await readTokens(deps, query.account, identity) })),
    handle(createToken, ({ body, identity }) => makeToken(deps, body, identity)),
    handle(revokeToken, ({ params, identity }) => endToken(deps, params.id, identity)),
  ];
}

const LOCAL_WHO: Who = { accounts: 'off', name: 'local', role: null, teams: null };
const NOBODY: Who = { accounts: 'on', name: null, role: null, teams: [] };

/** Routes that need the raw request, for its cookie and its IP address. */
function createSessionRoutes(deps: AuthRoutesDeps): Route[] {
  const { access } = deps;
  return [
    createSessionRoute(getSession, async (request) => {
      if (access === null) return LOCAL_WHO;
      const proven = await access.identify(request);
      return proven === null ? NOBODY : describeCaller(proven);
    }),
    createSessionRoute(startSession, (request, reply) => logIn(deps, request, reply)),
    createSessionRoute(endSession, async (request, reply) => {
      const secret = readCookie(request.headers.cookie ?? '', SESSION_COOKIE);
      if (secret !== undefined) await closeSession(deps, secret);
      reply.header('set-cookie', buildSessionCookie('', 0, isSecure(request)));
      return access === null ? LOCAL_WHO : NOBODY;
    }),
    createSessionRoute(changePassword, async (request) => {
      const { current, next } = parseRequest(changePassword, request).body;
      const { name } = request.identity;
      if (access !== null && (await access.checkPassword(request, name, current)) === null) {
        throw new AppError('not_permitted', 'The current password is wrong.');
      }
      return alterAccount(deps, name, { password: next });
    }),
  ];
}

function describeCaller(caller: Pick<Identity, 'name' | 'role' | 'visible'>): Who {
  const { name } = caller;
  return { accounts: 'on', name, role: parseRole(caller), teams: limitWork(caller)?.teams.slice() ?? null };
}

/** Null for the token of a step, which has no role. */
function parseRole({ role }: Pick<Identity, 'role'>): Who['role'] {
  const parsed = Role.safeParse(role);
  return parsed.success ? parsed.data : null;
}

async function logIn(deps: AuthRoutesDeps, request: FastifyRequest, reply: FastifyReply): Promise<Who> {
  const { access } = deps;
  if (access === null)
    throw new AppError('invalid_request', 'This server runs without accounts, so a login is not possible.');
  const { name, password } = parseRequest(startSession, request).body;
  const proven = await access.checkPassword(request, name, password);
  if (proven === null) throw new AppError('not_authenticated', 'The name or the password is wrong.');
  const secret = generateToken();
  await openSession(deps, name, secret);
  await recordSignIn(deps, request, proven);
  reply.header('set-cookie', buildSessionCookie(secret, SESSION_MS / 1000, isSecure(request)));
  return describeCaller({ ...proven, visible: await access.findVisible(proven) });
}

async function recordSignIn(
  { writes }: AuthRoutesDeps,
  request: FastifyRequest,
  { name, role }: VerifiedIdentity,
): Promise<void> {
  await writes.record({
    actor: { name, role },
    method: request.method,
    route: startSession.path,
    scope: startSession.scope,
    subject: { account: name, address: buildAddressKey(request.ip), signIn: 'succeeded', by: 'password' },
    bodyDigest: null,
    status: 200,
    requestId: request.id,
    counted: false,
  });
}

/** Whether the browser uses https, from the Origin of the page. */
function isSecure(request: FastifyRequest): boolean {
  return request.headers.origin?.startsWith('https:') === true;
}

function createSessionRoute<E extends Endpoint>(
  endpoint: E,
  answer: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
): Route {
  const { method, path: url } = endpoint;
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    reply
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(endpoint.response.parse(await answer(request, reply))));
  const options = {
    method,
    url,
    config: { ...toReadConfig(endpoint), audit: 'bare' },
    ...toBodyLimitOption(endpoint),
  } as const;
  return { endpoint, attach: (app) => void app.route({ ...options, handler }) };
}
