import { z } from 'zod';
import { endpoint, roles, SMALL_BODY_LIMIT_BYTES, scopes } from '../contract/schema.ts';
import { UtcInstant } from '../units/schema.ts';

export { roles };

export const Role = z
  .enum(roles)
  .describe(
    'Role of the account: viewer reads; contributor also logs; finance manages costs; leader reads totals and scorecards; operator runs work; admin has all scopes',
  );
export type Role = z.infer<typeof Role>;

/** No colon, since Basic credentials end the name there; `local` is the caller of a server without accounts. */
export const AccountName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._@-]{0,99}$/, 'lower-case letters, digits, "." "_" "@" "-", at most 100')
  .refine((name) => name !== 'local', '"local" is taken')
  .describe('Name of the account');

export const Password = z
  .string()
  .min(12, 'at least 12 characters')
  .max(500, 'at most 500 characters')
  .describe('Password, 12 to 500 characters; common ones are refused');

export const Account = z
  .strictObject({
    name: AccountName,
    role: Role,
    hasPassword: z.boolean().describe('False for an account that authenticates only by tokens, such as that of a job'),
    passwordUsedAt: UtcInstant.nullable().describe('Last use of the password, to the minute; null: not recorded'),
    signOn: z
      .strictObject({
        issuer: z.string().describe('Issuer of the identity provider'),
        subject: z.string().describe('Id of the person at the provider, which the account is bound to'),
        mail: z.string().nullable().describe('Mail address at the last sign-in; null: the provider gave none'),
        confirmedAt: UtcInstant.describe('When the provider last confirmed the person and their groups, UTC'),
      })
      .nullable()
      .describe('Person of the identity provider; role and memberships follow their groups. null: none'),
    disabledAt: UtcInstant.nullable().describe('Time at which the account was disabled; null: enabled'),
    createdAt: UtcInstant.describe('Time of creation, UTC'),
    createdBy: z.string().describe('Account that created it'),
  })
  .describe('An account');
export type Account = z.infer<typeof Account>;

/** Scopes that a token can be limited to. */
export const TokenScopes = z
  .array(z.enum(scopes).exclude(['open']))
  .min(1)
  .max(scopes.length)
  .describe('Scopes that the token is limited to; docs/security.md lists what each covers');

export type TokenScopes = z.infer<typeof TokenScopes>;

export const Token = z
  .strictObject({
    id: z.string().describe('Id of the token; not the secret'),
    account: AccountName,
    label: z.string().describe('Purpose of the token'),
    createdAt: UtcInstant.describe('Time of creation, UTC'),
    expiresAt: UtcInstant.nullable().describe('Time of expiry; null: never'),
    lastUsedAt: UtcInstant.nullable().describe('Time of the last use, to the minute; null: never used'),
    revokedAt: UtcInstant.nullable().describe('Time of revocation; null: not revoked'),
    scopes: TokenScopes.nullable().describe('Scopes that it is limited to; null: all of the role of its account'),
    parent: z.string().nullable().describe('Id of the token that created it; it ends with that token; null: none'),
    createdBy: z.string().nullable().describe('Account that created it; null: not recorded'),
  })
  .describe('A token of an account');
export type Token = z.infer<typeof Token>;

export const Who = z
  .strictObject({
    accounts: z.enum(['off', 'on']).describe('Whether this server requires an account'),
    name: z
      .string()
      .nullable()
      .describe('Account of the caller; "local" on a server without accounts; null: not logged in'),
    role: Role.nullable().describe('Role of the account; null without one'),
    teams: z
      .array(z.string())
      .nullable()
      .describe(
        'Teams whose runs, models and other work the caller reads, by name; null: those of all, with or without a team',
      ),
  })
  .describe('Caller of the request');
export type Who = z.infer<typeof Who>;

export const getSession = endpoint({
  method: 'GET',
  path: '/api/v1/session',
  scope: 'open',
  summary: 'Get the account and role of the caller',
  response: Who,
  errors: ['too_many_attempts'],
});

export const startSession = endpoint({
  method: 'POST',
  path: '/api/v1/session',
  scope: 'open',
  summary: 'Log in with a password; the response sets a session cookie',
  body: z.strictObject({ name: AccountName, password: z.string().max(500).describe('Password of the account') }),
  response: Who,
  errors: ['not_authenticated', 'too_many_attempts', 'invalid_request'],
  secretBody: true,
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
});

export const endSession = endpoint({
  method: 'DELETE',
  path: '/api/v1/session',
  scope: 'account.self',
  reads: 'none',
  summary: 'Log out and end the session of the cookie',
  response: Who,
  errors: [],
});

export const listAccounts = endpoint({
  method: 'GET',
  path: '/api/v1/accounts',
  scope: 'account.write',
  summary: 'List accounts by name',
  response: z.strictObject({ accounts: z.array(Account).describe('All accounts, by name') }),
  errors: [],
});

export const createAccount = endpoint({
  method: 'POST',
  path: '/api/v1/accounts',
  scope: 'account.write',
  summary: 'Create an account',
  body: z.strictObject({
    name: AccountName,
    role: Role,
    password: Password.nullable().describe('Password; null for an account that authenticates only by tokens'),
  }),
  response: Account,
  errors: ['account_exists', 'password_too_common'],
  secretBody: true,
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
});

export const changeAccount = endpoint({
  method: 'PATCH',
  path: '/api/v1/accounts/:name',
  scope: 'account.write',
  summary: 'Change the role or password of an account, or disable it; its sessions end',
  params: z.strictObject({ name: AccountName }),
  body: z.strictObject({
    role: Role.optional(),
    password: Password.optional(),
    disabled: z.boolean().optional().describe('true disables the account; false re-enables it'),
  }),
  response: Account,
  errors: ['account_not_found', 'account_last_admin', 'password_too_common', 'invalid_request'],
  secretBody: true,
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
});

export const removeAccount = endpoint({
  method: 'DELETE',
  path: '/api/v1/accounts/:name',
  scope: 'account.write',
  summary: 'Delete an account with its sessions and tokens; its audit rows are kept',
  params: z.strictObject({ name: AccountName }),
  response: Account,
  errors: ['account_not_found', 'account_last_admin', 'account_own'],
});

export const changePassword = endpoint({
  method: 'POST',
  path: '/api/v1/session/password',
  scope: 'account.self',
  reads: 'none',
  summary: 'Change your own password; all your sessions end',
  body: z.strictObject({
    current: z.string().max(500).describe('Present password'),
    next: Password.describe('New password, 12 to 500 characters'),
  }),
  response: Account,
  errors: ['account_not_found', 'not_permitted', 'too_many_attempts', 'password_too_common'],
  secretBody: true,
  bodyLimitBytes: 2 * SMALL_BODY_LIMIT_BYTES,
});

export const listTokens = endpoint({
  method: 'GET',
  path: '/api/v1/tokens',
  scope: 'account.self',
  reads: 'none',
  summary: 'List your tokens, newest first; an admin can list those of one account or of all',
  query: z.strictObject({ account: AccountName.optional() }),
  response: z.strictObject({ tokens: z.array(Token).describe('Tokens, newest first; never their secrets') }),
  errors: ['not_permitted'],
});

export const createToken = endpoint({
  method: 'POST',
  path: '/api/v1/tokens',
  scope: 'account.self',
  reads: 'none',
  summary: 'Create a token; its secret is returned only once',
  body: z.strictObject({
    label: z.string().min(1).max(100).describe('Purpose of the token, such as "ci"'),
    account: AccountName.optional().describe(
      'Account of the token; default: the caller; only an admin can name another account',
    ),
    expiresInDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .nullable()
      .optional()
      .describe('Days until it expires; null: never; default: 90, or less if the calling token expires sooner'),
    scopes: TokenScopes.optional().describe(
      'Scopes that the token is limited to; default: those of the calling token, else all of the role',
    ),
  }),
  response: z.strictObject({
    token: Token,
    secret: z.string().describe('Secret of the token: sy_…; it is not stored'),
  }),
  errors: ['account_not_found', 'not_permitted'],
  secretBody: true,
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
});

export const revokeToken = endpoint({
  method: 'DELETE',
  path: '/api/v1/tokens/:id',
  scope: 'account.self',
  reads: 'none',
  summary: 'Revoke a token and all tokens created with it, effective immediately',
  params: z.strictObject({ id: z.string().max(100).describe('Id of the token') }),
  response: Token,
  errors: ['token_not_found'],
});

export const getSignOn = endpoint({
  method: 'GET',
  path: '/api/v1/sign-on',
  scope: 'open',
  summary: 'Get how people log in to this server',
  response: z.strictObject({
    label: z.string().nullable().describe('Name of the identity provider for the login page; null: no single sign-on'),
    passwords: z
      .enum(['all', 'named'])
      .describe('"named": passwords are accepted only for the accounts of passwordAccounts'),
  }),
  errors: [],
});

export const startDeviceSignOn = endpoint({
  method: 'POST',
  path: '/api/v1/sign-on/device',
  scope: 'open',
  summary: 'Start a sign-in that a person confirms in a browser on any device (RFC 8628)',
  response: z.strictObject({
    device: z.string().describe('Sealed code of this sign-in, for the token endpoint'),
    userCode: z.string().describe('Code that the person enters'),
    verificationUrl: z.url({ protocol: /^https?$/ }).describe('Address at the identity provider'),
    verificationUrlComplete: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .describe('The same with the code; null: the provider has none'),
    expiresInSeconds: z.number().int().describe('Seconds until the code expires'),
    intervalSeconds: z.number().int().describe('Seconds to wait between two requests for the token'),
  }),
  errors: ['invalid_request', 'too_many_attempts', 'sign_on_unavailable', 'sign_on_failed'],
  secretBody: true,
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
});

export const finishDeviceSignOn = endpoint({
  method: 'POST',
  path: '/api/v1/sign-on/device/token',
  scope: 'open',
  summary: 'Get the token of a sign-in on another device, once the person confirmed it',
  body: z.strictObject({
    device: z.string().max(3000).describe('Value of the start'),
    label: z.string().min(1).max(100).describe('Purpose of the token'),
    expiresInDays: z.number().int().min(1).max(365).describe('Days until the token expires'),
  }),
  response: z.strictObject({
    state: z.enum(['pending', 'done']).describe('"pending": the person has not confirmed yet'),
    token: Token.nullable().describe('The token; null while pending'),
    secret: z.string().nullable().describe('Secret of the token; null while pending'),
  }),
  errors: [
    'invalid_request',
    'too_many_attempts',
    'sign_on_unavailable',
    'sign_on_failed',
    'sign_on_not_permitted',
    'sign_on_account_taken',
  ],
  secretBody: true,
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
});

/** Addresses that a browser opens for a sign-in; they answer with redirects and so are no endpoints. */
export const SIGN_ON_START = '/api/v1/sign-on/start';
export const SIGN_ON_CALLBACK = '/api/v1/sign-on/callback';
