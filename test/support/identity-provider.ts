import { createServer } from 'node:http';
import Provider from 'oidc-provider';

/** A person at the identity provider. */
export interface Person {
  readonly subject: string;
  readonly email?: string;
  readonly groups?: readonly string[];
}

/** A real OpenID Connect provider on loopback; the next person to sign in is chosen by the test. */
export interface TestProvider extends AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** People by subject. A person that is removed gets no tokens any more. */
  readonly people: Map<string, Person>;
  /** Subject of the person in front of the browser. */
  signsIn: string;
  /** Whether it gives refresh tokens. */
  givesRefreshTokens: boolean;
}

const CLIENT = { id: 'steelyard', secret: 'a secret of the test that is long enough' };

/** `claimsIn`: whether groups and mail are in the ID token, or only at the UserInfo endpoint. */
export async function startProvider(
  redirectUrl: string,
  { claimsIn = 'userinfo' }: { readonly claimsIn?: 'userinfo' | 'id-token' } = {},
): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const issuer = `http://127.0.0.1:${port}`;
  const people = new Map<string, Person>();
  const state = { signsIn: '', givesRefreshTokens: true };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [redirectUrl],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: claimsIn === 'userinfo',
    features: { devInteractions: { enabled: false }, deviceFlow: { enabled: true } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    issueRefreshToken: async () => state.givesRefreshTokens,
    rotateRefreshToken: true,
    expiresWithSession: async () => false,
    ttl: {
      Interaction: 600,
      Grant: 86_400,
      Session: 86_400,
      AccessToken: 600,
      RefreshToken: 86_400,
      IdToken: 600,
      DeviceCode: 600,
    },
    cookies: { keys: ['key of the test'] },
    findAccount: (_context, subject) => {
      const person = people.get(subject);
      if (person === undefined) return undefined;
      const { email, groups } = person;
      return {
        accountId: subject,
        claims: async () => ({
          sub: subject,
          ...(email === undefined ? {} : { email }),
          ...(groups ? { groups } : {}),
        }),
      };
    },
    async loadExistingGrant(context) {
      const { client, session } = context.oidc;
      const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' });
      grant.addOIDCScope('openid profile email offline_access');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return void answer(request, response);
    const login = { login: { accountId: state.signsIn, remember: false } };
    provider.interactionFinished(request, response, login).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  return {
    ...{ issuer, people, clientId: CLIENT.id, clientSecret: CLIENT.secret },
    get signsIn() {
      return state.signsIn;
    },
    set signsIn(subject) {
      state.signsIn = subject;
    },
    get givesRefreshTokens() {
      return state.givesRefreshTokens;
    },
    set givesRefreshTokens(gives) {
      state.givesRefreshTokens = gives;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
