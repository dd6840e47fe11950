import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { handle, NOBODY, type Plugin, type Route } from '../http/index.ts';
import { MINUTE_MS } from '../units/durations.ts';
import type { Clock } from '../units/index.ts';
import { type AccountsDeps, makeToken, openSession } from './accounts.ts';
import { buildAddressKey } from './address.ts';
import { buildSessionCookie, readCookie } from './credentials.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { markAnswered } from './identity-store.ts';
import { finishDeviceSignOn, getSignOn, SIGN_ON_CALLBACK, SIGN_ON_START, startDeviceSignOn } from './schema.ts';
import type { Sealed } from './sealed.ts';
import { generateToken, hashSecret } from './secrets.ts';
import type { SignedOn, SignOn, SignOnDeps } from './sign-on.ts';

export interface SignOnRoutesDeps extends AccountsDeps, Pick<SignOnDeps, 'writes' | 'log'> {
  readonly signOn: SignOn;
  readonly sealed: Sealed;
  /** null: no single sign-on. */
  readonly client: IdentityProvider | null;
  readonly label: string;
  readonly passwords: 'all' | 'named';
  /** Whether browsers reach this server by https. */
  readonly isSecure: boolean;
}

const COOKIE = 'steelyard_sign_on';
/** Time for the person at the provider. */
const ANSWER_MS = 10 * MINUTE_MS;
/** Questions to the provider that callers without an account may have in flight. */
const MOST_IN_FLIGHT = 16;

/** Sign-ins on other devices that start in a minute, on this server. */
const MOST_STARTS_A_MINUTE = 120;

const Started = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  untilMs: z.number(),
});
const Device = z.strictObject({ code: z.string(), untilMs: z.number() });

/** Routes of single sign-on for the command line and the login page. */
export function createSignOnRoutes(deps: SignOnRoutesDeps): Route[] {
  const { client, sealed, clock, signOn } = deps;
  const bounded = createBound();
  const countStart = createStartLimit(clock);
  return [
    handle(getSignOn, () => ({ label: client === null ? null : deps.label, passwords: deps.passwords })),
    handle(startDeviceSignOn, async () => {
      const provider = requireProvider(client);
      countStart();
      const { deviceCode: code, ...rest } = await bounded(() => provider.startDevice());
      const untilMs = clock.now() + rest.expiresInSeconds * 1000;
      return { ...rest, device: await sealed.seal(JSON.stringify({ code, untilMs }), 'device') };
    }),
    handle(finishDeviceSignOn, async ({ body: { device, label, expiresInDays }, requestId }) => {
      const provider = requireProvider(client);
      const opened = Device.safeParse(parseSealed(await sealed.open(device, 'device')));
      if (!opened.success || opened.data.untilMs <= clock.now()) throw createExpired();
      const confirmed = await bounded(() => provider.pollDevice(opened.data.code));
      if (confirmed === null) return { state: 'pending' as const, token: null, secret: null };
      const person = await signOn.accept(confirmed);
      const identity = {
        ...{ name: person.name, role: person.role, token: null, work: null },
        scopes: deps.roles.scopesOf(person.role),
        // Making a token reads nothing.
        visible: NOBODY.visible,
      };
      const made = await makeToken(deps, { label, expiresInDays }, identity);
      await recordSignIn(
        deps,
        finishDeviceSignOn.path,
        { id: requestId },
        { account: person.name, signIn: 'succeeded' },
      );
      return { state: 'done' as const, ...made };
    }),
  ];
}

/** The two addresses that a browser opens. Both answer with a redirect, failures with one to the login page. */
export function createSignOnPlugin(deps: SignOnRoutesDeps): Plugin {
  const bounded = createBound();
  const config = { scope: 'open' } as const;
  return (app) => {
    app.get(SIGN_ON_START, { config }, (request, reply) =>
      redirectFailure(deps, request, reply, () => bounded(() => begin(deps, request, reply))),
    );
    app.get(SIGN_ON_CALLBACK, { config }, (request, reply) =>
      redirectFailure(deps, request, reply, () => bounded(() => complete(deps, request, reply))),
    );
  };
}

async function begin(deps: SignOnRoutesDeps, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const { challenge, url } = await requireProvider(deps.client).begin();
  const { returnTo } = z.object({ returnTo: z.string().catch('/') }).parse(request.query);
  const started = { ...challenge, returnTo: toLocalPath(returnTo), untilMs: deps.clock.now() + ANSWER_MS };
  setStartCookie(deps, reply, await deps.sealed.seal(JSON.stringify(started), 'start'));
  return url;
}

/** Only the browser that began can end it: the challenge is in its cookie, and each is answered once. */
async function complete(deps: SignOnRoutesDeps, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const { sealed, clock, store, signOn } = deps;
  const provider = requireProvider(deps.client);
  const cookie = readCookie(request.headers.cookie ?? '', COOKIE) ?? '';
  setStartCookie(deps, reply, null);
  const started = Started.safeParse(parseSealed(await sealed.open(cookie, 'start')));
  const now = clock.now();
  if (!started.success || started.data.untilMs <= now) throw createExpired();
  const { returnTo, untilMs, ...challenge } = started.data;
  const query = new URL(request.raw.url ?? '/', 'http://localhost').search;
  const state = new URLSearchParams(query).get('state') ?? '';
  if (!isSame(state, challenge.state)) throw createExpired();
  if (!(await markAnswered(store, hashSecret(state), now, untilMs))) throw createExpired();
  const person = await signOn.accept(await provider.redeem(query, challenge));
  await enter(deps, request, reply, person);
  return returnTo;
}

async function enter(
  deps: SignOnRoutesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { name, sessionMs }: SignedOn,
): Promise<void> {
  const secret = generateToken();
  await openSession(deps, name, secret, sessionMs);
  const address = buildAddressKey(request.ip);
  await recordSignIn(deps, SIGN_ON_CALLBACK, request, { account: name, address, signIn: 'succeeded', by: 'sign-on' });
  reply.header('set-cookie', [
    ...[reply.getHeader('set-cookie') ?? []].flat().map(String),
    buildSessionCookie(secret, sessionMs / 1000, deps.isSecure),
  ]);
}

async function redirectFailure(
  deps: SignOnRoutesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<string>,
): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store');
  try {
    return reply.redirect(await work(), 303);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, context, message } = error;
    deps.log.warn({ reason: context.reason, cause: listMessages(error.cause), requestId: request.id }, message);
    const facts = { address: buildAddressKey(request.ip), signIn: 'failed', by: 'sign-on', reason: code };
    await recordSignIn(deps, request.routeOptions.url ?? '', request, facts, error.meaning.status);
    return reply.redirect(`/?signOn=${code}`, 303);
  }
}

/** Messages only: other fields of such an error can hold tokens. */
function listMessages(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...listMessages(error.cause)] : [];
}

/** Failures are counted by minute and address, so that a flood of them does not fill the trail. */
async function recordSignIn(
  { writes }: SignOnRoutesDeps,
  route: string,
  request: Pick<FastifyRequest, 'id'>,
  subject: Readonly<Record<string, string>>,
  status = 200,
): Promise<void> {
  const { account } = subject;
  await writes.record({
    actor: account === undefined ? NOBODY : { name: account, role: null },
    ...{ method: 'GET', route, scope: 'open', subject, bodyDigest: null, status, requestId: request.id },
    counted: status !== 200,
  });
}

function setStartCookie({ isSecure }: SignOnRoutesDeps, reply: FastifyReply, value: string | null): void {
  const age = value === null ? 0 : ANSWER_MS / 1000;
  // Lax: the redirect of the provider is a navigation from another site, which must carry it.
  const parts = [`${COOKIE}=${value ?? ''}`, 'Path=/api/v1/sign-on', `Max-Age=${age}`, 'HttpOnly', 'SameSite=Lax'];
  reply.header('set-cookie', [...parts, ...(isSecure ? ['Secure'] : [])].join('; '));
}

/**
 * The path of a page of this server, else "/": a browser takes "//host", "/\host" and tabs or line breaks between them for another site.
 *
 * @example toLocalPath('//evil.example') // '/'
 */
export function toLocalPath(path: string): string {
  return path.length <= 1000 && /^\/(?!api\/)(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path) ? path : '/';
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Every sealed text is a JSON object of this server. */
function parseSealed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

function requireProvider(client: IdentityProvider | null): IdentityProvider {
  if (client !== null) return client;
  throw new AppError('invalid_request', 'This server has no single sign-on (setting oidcIssuer).');
}

function createExpired(): AppError {
  const detail = 'The sign-in expired, was answered already, or began in another browser. Start the sign-in again.';
  return new AppError('sign_on_failed', detail, { reason: 'expired_or_replayed' });
}

/** Counts sign-ins on other devices, which callers without an account can start at the provider. Error: `too_many_attempts`. */
function createStartLimit(clock: Clock): () => void {
  let minute = 0;
  let count = 0;
  return () => {
    const now = Math.floor(clock.now() / MINUTE_MS);
    count = now === minute ? count + 1 : 1;
    minute = now;
    if (count > MOST_STARTS_A_MINUTE) throw createTooMany(60);
  };
}

function createTooMany(retryAfterSeconds: number): AppError {
  const detail = `Too many sign-ins at this moment. Retry in ${retryAfterSeconds} s.`;
  return new AppError('too_many_attempts', detail, { retryAfterSeconds });
}

/** Runs at most so many at a time. Error: `too_many_attempts`. */
function createBound(): <T>(work: () => Promise<T>) => Promise<T> {
  let inFlight = 0;
  return async (work) => {
    if (inFlight >= MOST_IN_FLIGHT) throw createTooMany(2);
    inFlight += 1;
    try {
      return await work();
    } finally {
      inFlight -= 1;
    }
  };
}
