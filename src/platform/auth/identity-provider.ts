import type {
  ClientAuth,
  Configuration,
  CustomFetchOptions,
  ServerMetadata,
  TokenEndpointResponse,
  TokenEndpointResponseHelpers,
} from 'openid-client';
import { AppError } from '../errors/index.ts';
import { resolveSecret } from '../secrets/index.ts';
import { MINUTE_MS } from '../units/durations.ts';
import type { Clock } from '../units/index.ts';
import { findFailedCheck } from './failed-checks.ts';

export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Reference; null for a public client. */
  readonly clientSecret: string | null;
  readonly scopes: string;
  /** Exact address that the provider redirects the browser to. */
  readonly redirectUrl: string;
  /** Whether claims say nothing of groups. */
  readonly lacksGroups: (claims: Claims) => boolean;
}

export type Claims = Readonly<Record<string, unknown>>;

/** Statement of a provider about a person, after every check of its signature, issuer, audience and times. */
export interface Confirmed {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
  /** null: the provider gave none. */
  readonly refreshToken: string | null;
}

/** Secrets of one sign-in in a browser. */
export interface Challenge {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface DeviceStart {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUrl: string;
  readonly verificationUrlComplete: string | null;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

/** An OpenID Connect provider. Errors of every function: `sign_on_unavailable`, `sign_on_failed`. */
export interface IdentityProvider {
  /** A new challenge, and the address at the provider that answers it. */
  begin(): Promise<{ readonly challenge: Challenge; readonly url: string }>;
  /** Exchanges the code of the provider's answer, given as the query of the redirect. */
  redeem(query: string, challenge: Challenge): Promise<Confirmed>;
  /** The claims of now; null: the provider does not accept the refresh token any more, or does not say the groups. */
  refresh(refreshToken: string, subject: string): Promise<Confirmed | null>;
  startDevice(): Promise<DeviceStart>;
  /** null: the person has not answered yet. */
  pollDevice(deviceCode: string): Promise<Confirmed | null>;
}

/** Difference between the clocks of provider and server that is accepted in either direction. */
const CLOCK_TOLERANCE_SECONDS = 60;
const TIMEOUT_SECONDS = 5;
/** Largest answer of a provider: of tokens, keys and the discovery document. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** After this time the discovery document and the client secret are read again. */
const KEPT_MS = 10 * MINUTE_MS;
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** The provider is asked at the first use, so that the server starts without it. */
export function createIdentityProvider(settings: ProviderSettings, clock: Clock): IdentityProvider {
  let kept: { readonly at: number; readonly opened: Promise<Opened> } | null = null;
  const open = async (): Promise<Opened> => {
    if (kept === null || clock.now() - kept.at > KEPT_MS) kept = { at: clock.now(), opened: discover(settings) };
    const current = kept;
    return current.opened.catch((error: unknown) => {
      if (kept === current) kept = null;
      throw error;
    });
  };
  const { redirectUrl } = settings;
  return {
    begin: () =>
      attempt(async () => {
        const { client, config } = await open();
        const challenge = {
          state: client.randomState(),
          nonce: client.randomNonce(),
          verifier: client.randomPKCECodeVerifier(),
        };
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUrl,
          response_type: 'code',
          scope: settings.scopes,
          state: challenge.state,
          nonce: challenge.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(challenge.verifier),
          code_challenge_method: 'S256',
        });
        return { challenge, url: url.href };
      }),
    redeem: (query, { state, nonce, verifier }) =>
      attempt(async () => {
        const { client, config } = await open();
        const answered = new URL(redirectUrl);
        answered.search = query;
        const tokens = await client.authorizationCodeGrant(config, answered, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        return confirm({ client, config }, tokens, settings);
      }),
    refresh: (refreshToken, subject) =>
      attempt(async () => {
        const { client, config } = await open();
        try {
          const tokens = await client.refreshTokenGrant(config, refreshToken);
          const confirmed = await confirm({ client, config }, tokens, settings, { subject, refreshToken });
          // Without an ID token an absent claim does not mean that the person has no group.
          return tokens.id_token === undefined && settings.lacksGroups(confirmed.claims) ? null : confirmed;
        } catch (error) {
          if (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') return null;
          throw error;
        }
      }),
    startDevice: () =>
      attempt(async () => {
        const { client, config } = await open();
        const started = await client.initiateDeviceAuthorization(config, { scope: settings.scopes });
        return {
          deviceCode: started.device_code,
          userCode: started.user_code,
          verificationUrl: started.verification_uri,
          verificationUrlComplete: started.verification_uri_complete ?? null,
          expiresInSeconds: started.expires_in,
          intervalSeconds: started.interval ?? 5,
        };
      }),
    pollDevice: (deviceCode) =>
      attempt(async () => {
        const { client, config } = await open();
        try {
          const tokens = await client.genericGrantRequest(config, DEVICE_GRANT, { device_code: deviceCode });
          return await confirm({ client, config }, tokens, settings);
        } catch (error) {
          if (!(error instanceof client.ResponseBodyError)) throw error;
          if (error.error === 'authorization_pending' || error.error === 'slow_down') return null;
          throw error;
        }
      }),
  };
}

type OpenIdClient = typeof import('openid-client');
type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

interface Opened {
  readonly client: OpenIdClient;
  readonly config: Configuration;
}

async function discover({ issuer, clientId, clientSecret }: ProviderSettings): Promise<Opened> {
  // Only servers with single sign-on load it.
  const client = await import('openid-client');
  const secret = clientSecret === null ? null : await readClientSecret(clientSecret);
  const insecure = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
  const found = await client.discovery(new URL(issuer), clientId, {}, client.None(), {
    timeout: TIMEOUT_SECONDS,
    [client.customFetch]: fetchBounded,
    execute: insecure,
  });
  const server = found.serverMetadata();
  // The client accepts the name of a tenant of Entra in place of its issuer.
  if (trimSlash(server.issuer) !== trimSlash(issuer)) {
    throw new AppError('sign_on_failed', `The provider calls itself ${server.issuer}, not ${issuer} (oidcIssuer).`);
  }
  const metadata = { [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS };
  const config = new client.Configuration(server, clientId, metadata, chooseClientAuth(client, server, secret));
  config.timeout = TIMEOUT_SECONDS;
  config[client.customFetch] = fetchBounded;
  for (const extend of [client.enableNonRepudiationChecks, ...insecure]) extend(config);
  return { client, config };
}

/** Error: `sign_on_unavailable`, without the place of the secret: callers have no account yet. */
async function readClientSecret(reference: string): Promise<string> {
  try {
    return (await resolveSecret(reference)).reveal();
  } catch (cause) {
    const detail = 'The server cannot read its client secret for the identity provider. Its log has the reason.';
    throw new AppError('sign_on_unavailable', detail, { reason: 'client_secret' }, { cause });
  }
}

const trimSlash = (address: string): string => address.replace(/\/$/, '');

/** The discovery document says how the provider takes the secret; without it, Basic is the default of the specification. */
function chooseClientAuth(client: OpenIdClient, server: ServerMetadata, secret: string | null): ClientAuth {
  if (secret === null) return client.None();
  const takesPost = server.token_endpoint_auth_methods_supported?.includes('client_secret_post') === true;
  return takesPost ? client.ClientSecretPost(secret) : client.ClientSecretBasic(secret);
}

/** Reads the claims of the ID token and, where it lacks some, of the UserInfo endpoint, for the same subject only. */
async function confirm(
  { client, config }: Opened,
  tokens: Tokens,
  { lacksGroups }: ProviderSettings,
  known: { readonly subject: string; readonly refreshToken: string } | null = null,
): Promise<Confirmed> {
  const token = tokens.claims();
  const subject = token?.sub ?? known?.subject;
  if (subject === undefined) throw new AppError('sign_on_failed', 'The provider sent no ID token.');
  if (known !== null && subject !== known.subject) {
    throw new AppError('sign_on_failed', 'The provider answered for another person.');
  }
  const { issuer, userinfo_endpoint: userInfo } = config.serverMetadata();
  const isAsked = userInfo !== undefined && (lacksGroups(token ?? {}) || token?.email === undefined);
  const info = isAsked ? await client.fetchUserInfo(config, tokens.access_token, subject) : {};
  const refreshToken = tokens.refresh_token ?? known?.refreshToken ?? null;
  return { issuer: token?.iss ?? issuer, subject, claims: { ...info, ...token }, refreshToken };
}

/** Follows no redirect; refuses an answer above the limit before it is parsed. */
async function fetchBounded(url: string, options: CustomFetchOptions): Promise<Response> {
  const { body, ...rest } = options;
  const response = await fetch(url, {
    ...rest,
    body: (body ?? null) as NonNullable<RequestInit['body']> | null,
    redirect: 'manual',
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      throw new AppError('sign_on_failed', `The provider sent more than ${MAX_ANSWER_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  return new Response(size === 0 ? null : Buffer.concat(chunks), { status, statusText, headers });
}

/** Turns failures of the provider and of its answers into the errors of sign-on. The cause is logged, never sent. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (findAppError(cause) !== null) throw findAppError(cause);
    const context = { reason: readReason(cause) };
    if (isUnavailable(cause)) {
      const detail = 'The identity provider does not answer. Retry later; an administrator can log in with a password.';
      throw new AppError('sign_on_unavailable', detail, context, { cause });
    }
    const check = findFailedCheck(cause);
    if (check !== null) throw new AppError('sign_on_failed', check.detail, { reason: check.reason }, { cause });
    const detail = `The identity provider refused the sign-in, or its answer failed a check (${context.reason}). Start the sign-in again.`;
    throw new AppError('sign_on_failed', detail, context, { cause });
  }
}

function findAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  return error instanceof Error && error.cause !== undefined ? findAppError(error.cause) : null;
}

const NETWORK = /fetch failed|ECONN|ENOTFOUND|EAI_AGAIN|timed? ?out|aborted|terminated|other side closed/i;

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('status' in error && typeof error.status === 'number') return error.status >= 500;
  if (error.cause instanceof Response) return error.cause.status >= 500;
  return NETWORK.test(error.message) || (error.cause instanceof Error && isUnavailable(error.cause));
}

/** Code of an error of OAuth or of the client: a word without user input, for logs and for the person. */
function readReason(error: unknown): string {
  const found = error as { readonly error?: unknown; readonly code?: unknown };
  const word = typeof found.error === 'string' ? found.error : found.code;
  return typeof word === 'string' && /^[\w-]{1,80}$/.test(word) ? word : 'invalid answer';
}
