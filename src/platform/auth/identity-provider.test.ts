import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { createIdentityProvider, type IdentityProvider } from './identity-provider.ts';

const CLIENT = 'steelyard';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A provider that answers as a test says, also wrongly. */
interface Forger {
  issuerInDocument: string | null;
  isSilent: boolean;
  claims: Record<string, unknown>;
  userInfo: Record<string, unknown>;
  key: KeyObject;
  token: (idToken: string) => { status: number; body: unknown };
}

let server: Server;
let issuer = '';
let forger: Forger;
let client: IdentityProvider;
let nonce = '';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function signToken(claims: Record<string, unknown>, key: KeyObject): string {
  const content = `${encode({ alg: 'RS256', kid: 'k1' })}.${encode(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key).toString('base64url')}`;
}

function answer(path: string): { status: number; body: unknown } {
  const now = Math.floor(Date.now() / 1000);
  const at = (place: string) => `${issuer}${place}`;
  if (path.startsWith('/.well-known')) {
    const body = {
      issuer: forger.issuerInDocument ?? issuer,
      ...{ authorization_endpoint: at('/auth'), token_endpoint: at('/token'), jwks_uri: at('/jwks') },
      ...{ userinfo_endpoint: at('/userinfo'), response_types_supported: ['code'] },
      id_token_signing_alg_values_supported: ['RS256'],
    };
    return { status: 200, body };
  }
  if (path === '/jwks') {
    return { status: 200, body: { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256' }] } };
  }
  if (path === '/userinfo') return { status: 200, body: forger.userInfo };
  const claims = {
    iss: issuer,
    sub: 'ada',
    aud: CLIENT,
    iat: now,
    exp: now + 300,
    nonce,
    groups: ['ml'],
    email: 'a@b',
  };
  return forger.token(signToken({ ...claims, ...forger.claims }, forger.key));
}

beforeAll(async () => {
  server = createServer((request, response) => {
    if (forger.isSilent) return;
    const { status, body } = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  forger = {
    ...{ issuerInDocument: null, isSilent: false },
    ...{ claims: {}, userInfo: { sub: 'ada' }, key: keys.privateKey },
    token: (idToken) => ({
      status: 200,
      body: { access_token: 'x', token_type: 'Bearer', id_token: idToken, refresh_token: 'r' },
    }),
  };
  const settings = { issuer, clientId: CLIENT, clientSecret: null, scopes: 'openid' };
  const rest = { redirectUrl: 'http://127.0.0.1:1/callback', lacksGroups: (claims: object) => !('groups' in claims) };
  client = createIdentityProvider({ ...settings, ...rest }, { now: () => Date.now() });
});

async function redeem() {
  const { challenge } = await client.begin();
  nonce = challenge.nonce;
  return client.redeem(`?code=c&state=${challenge.state}`, challenge);
}

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error(`no expected failure: ${String(error)}`);
}

const seconds = () => Math.floor(Date.now() / 1000);

describe('the answer of an identity provider', () => {
  it('is accepted when signature, issuer, audience, nonce and times are right', async () => {
    expect(await redeem()).toMatchObject({ issuer, subject: 'ada', refreshToken: 'r', claims: { groups: ['ml'] } });
  });

  it.each<[what: string, claims: () => Record<string, unknown>, reason: string, sentence: RegExp]>([
    ['another issuer', () => ({ iss: 'https://evil.example' }), 'wrong_issuer', /another issuer than oidcIssuer/],
    ['another audience', () => ({ aud: 'another-client' }), 'wrong_audience', /another client than oidcClientId/],
    [
      'a token of several audiences',
      () => ({ aud: [CLIENT, 'other'], azp: 'other' }),
      'wrong_audience',
      /oidcClientId/,
    ],
    ['an expired token', () => ({ exp: seconds() - 70, iat: seconds() - 400 }), 'clock_skew', /more than 60 seconds/],
    ['a token that is valid later', () => ({ nbf: seconds() + 90 }), 'clock_skew', /Synchronize the clock/],
    ['another nonce', () => ({ nonce: 'replayed' }), 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', /Start the sign-in again/],
    ['no subject', () => ({ sub: undefined }), 'OAUTH_INVALID_RESPONSE', /Start the sign-in again/],
  ])('is refused: %s', async (_, claims, reason, sentence) => {
    forger.claims = claims();
    const { code, context, message } = await failureOf(redeem());
    expect({ code, context }).toEqual({ code: 'sign_on_failed', context: { reason } });
    expect(message).toMatch(sentence);
  });

  it('is accepted with clocks that differ by less than a minute', async () => {
    forger.claims = { exp: seconds() - 50, nbf: seconds() + 50 };
    expect(await redeem()).toMatchObject({ subject: 'ada' });
  });

  it('is refused: a signature of another key, and no signature', async () => {
    forger.key = otherKeys.privateKey;
    expect((await failureOf(redeem())).code).toBe('sign_on_failed');
    const unsigned = `${encode({ alg: 'none' })}.${encode({ iss: issuer, sub: 'ada', aud: CLIENT, exp: seconds() + 60 })}.`;
    forger.token = () => ({ status: 200, body: { access_token: 'x', token_type: 'Bearer', id_token: unsigned } });
    expect((await failureOf(redeem())).code).toBe('sign_on_failed');
  });

  it('is refused: a wrong state, an error, no ID token, more than a megabyte', async () => {
    const { challenge } = await client.begin();
    const wrong = client.redeem('?code=c&state=other', challenge);
    expect((await failureOf(wrong)).code).toBe('sign_on_failed');
    const denied = client.redeem(`?error=access_denied&state=${challenge.state}`, challenge);
    expect((await failureOf(denied)).context).toMatchObject({ reason: 'access_denied' });
    forger.token = () => ({ status: 200, body: { access_token: 'x', token_type: 'Bearer' } });
    expect((await failureOf(redeem())).code).toBe('sign_on_failed');
    forger.claims = { groups: ['g'.repeat(2 * 1024 * 1024)] };
    forger.token = (idToken) => ({ status: 200, body: { access_token: 'x', token_type: 'Bearer', id_token: idToken } });
    expect((await failureOf(redeem())).message).toMatch(/more than 1048576 bytes/);
  });

  it('is refused where the discovery document names another issuer', async () => {
    forger.issuerInDocument = 'https://evil.example';
    expect(await failureOf(client.begin())).toMatchObject({
      code: 'sign_on_failed',
      message: expect.stringContaining('oidcIssuer'),
    });
  });

  it('is awaited for five seconds', async () => {
    forger.isSilent = true;
    expect((await failureOf(client.begin())).code).toBe('sign_on_unavailable');
    forger.isSilent = false;
    expect((await client.begin()).url).toContain(issuer);
  });

  it('has groups of the UserInfo endpoint of the same person only', async () => {
    forger.claims = { groups: undefined };
    forger.userInfo = { sub: 'ada', groups: ['finance'] };
    expect((await redeem()).claims).toMatchObject({ groups: ['finance'] });
    forger.userInfo = { sub: 'eve', groups: ['platform'] };
    expect((await failureOf(redeem())).code).toBe('sign_on_failed');
  });

  it('of a refresh is null when the provider ends it, and unavailable when it fails', async () => {
    nonce = '';
    forger.claims = { nonce: undefined };
    expect(await client.refresh('r', 'ada')).toMatchObject({ subject: 'ada' });
    expect((await failureOf(client.refresh('r', 'bob'))).code).toBe('sign_on_failed');
    forger.token = () => ({ status: 400, body: { error: 'invalid_grant' } });
    expect(await client.refresh('r', 'ada')).toBeNull();
    forger.token = () => ({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect((await failureOf(client.refresh('r', 'ada'))).code).toBe('sign_on_unavailable');
    // Without an ID token, unknown groups end the sign-on instead of taking every group away.
    forger.token = () => ({ status: 200, body: { access_token: 'x', token_type: 'Bearer' } });
    expect(await client.refresh('r', 'ada')).toBeNull();
  });
});
