import { z } from 'zod';
import { endpoint, SMALL_BODY_LIMIT_BYTES, scopes } from '../contract/schema.ts';
import { UtcInstant } from '../units/schema.ts';

export const roles = ['viewer', 'contributor', 'finance', 'operator', 'admin'] as const;

export const Role = z
  .enum(roles)
  .describe(
    'What the account may do: viewer reads; contributor logs; finance keeps the money; operator runs; admin all',
  );
export type Role = z.infer<typeof Role>;

/** No colon, since Basic credentials end the name there; `local` is who needs no account. */
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
    hasPassword: z.boolean().describe('False for an account that only tokens open, such as that of a job'),
    disabledAt: UtcInstant.nullable().describe('Since when nobody gets in as it; null when it is in use'),
    createdAt: UtcInstant.describe('When it was made, UTC'),
    createdBy: z.string().describe('Who made it'),
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
    label: z.string().describe('What it is for'),
    createdAt: UtcInstant.describe('When it was made, UTC'),
    expiresAt: UtcInstant.nullable().describe('When it stops working; null when it does not'),
    lastUsedAt: UtcInstant.nullable().describe('When it was last used, to a minute; null when it never was'),
    revokedAt: UtcInstant.nullable().describe('When it was revoked; null while it works'),
    scopes: TokenScopes.nullable().describe('Scopes that it is limited to; null: all of the role of its account'),
    parent: z.string().nullable().describe('Id of the token that it was made with, and with which it ends; null: none'),
    createdBy: z.string().nullable().describe('Account that made it; null where that was not kept'),
  })
  .describe('A token of an account');
export type Token = z.infer<typeof Token>;

export const Who = z
  .strictObject({
    accounts: z.enum(['off', 'on']).describe('Whether this server asks for an account'),
    name: z.string().nullable().describe('Who asks; "local" on a server without accounts; null when nobody logged in'),
    role: Role.nullable().describe('Role of the account; null without one'),
  })
  .describe('Who asks');
export type Who = z.infer<typeof Who>;

export const getSession = endpoint({
  method: 'GET',
  path: '/api/v1/session',
  scope: 'open',
  summary: 'Who the server takes you for',
  response: Who,
  errors: ['too_many_attempts'],
});

export const startSession = endpoint({
  method: 'POST',
  path: '/api/v1/session',
  scope: 'open',
  summary: 'Log in with a password; the answer sets the cookie of a session',
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
  summary: 'Log out: the session of the cookie ends',
  response: Who,
  errors: [],
});

export const listAccounts = endpoint({
  method: 'GET',
  path: '/api/v1/accounts',
  scope: 'account.write',
  summary: 'Accounts by name',
  response: z.strictObject({ accounts: z.array(Account).describe('All accounts, by name') }),
  errors: [],
});

export const createAccount = endpoint({
  method: 'POST',
  path: '/api/v1/accounts',
  scope: 'account.write',
  summary: 'Make an account',
  body: z.strictObject({
    name: AccountName,
    role: Role,
    password: Password.nullable().describe('Its password; null for an account that only tokens open'),
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
    disabled: z.boolean().optional().describe('True: nobody gets in as it; false: again'),
  }),
  response: Account,
  errors: ['account_not_found', 'account_last_admin', 'password_too_common'],
  secretBody: true,
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
});

export const removeAccount = endpoint({
  method: 'DELETE',
  path: '/api/v1/accounts/:name',
  scope: 'account.write',
  summary: 'Delete an account with its sessions and tokens; its rows in the audit trail stay',
  params: z.strictObject({ name: AccountName }),
  response: Account,
  errors: ['account_not_found', 'account_last_admin', 'account_own'],
});

export const changePassword = endpoint({
  method: 'POST',
  path: '/api/v1/session/password',
  scope: 'account.self',
  summary: 'Change your own password; all your sessions end',
  body: z.strictObject({
    current: z.string().max(500).describe('Password until now'),
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
  summary: 'Tokens, newest first: your own, or for an admin those of an account or of all',
  query: z.strictObject({ account: AccountName.optional() }),
  response: z.strictObject({ tokens: z.array(Token).describe('Tokens, newest first; never their secrets') }),
  errors: ['not_permitted'],
});

export const createToken = endpoint({
  method: 'POST',
  path: '/api/v1/tokens',
  scope: 'account.self',
  summary: 'Make a token; its secret is shown this once',
  body: z.strictObject({
    label: z.string().min(1).max(100).describe('What it is for, such as "ci"'),
    account: AccountName.optional().describe('Whose it is; another than yourself only for an admin'),
    expiresInDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .nullable()
      .optional()
      .describe('Days that it works; null: no end; default: 90, or less where the token that asks ends sooner'),
    scopes: TokenScopes.optional().describe(
      'Scopes that it is limited to; default: those of the token that asks, else all of the role',
    ),
  }),
  response: z.strictObject({ token: Token, secret: z.string().describe('The token itself: sy_…; it is not kept') }),
  errors: ['account_not_found', 'not_permitted'],
  secretBody: true,
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
});

export const revokeToken = endpoint({
  method: 'DELETE',
  path: '/api/v1/tokens/:id',
  scope: 'account.self',
  summary: 'Revoke a token, and all that were made with it: they stop working at once',
  params: z.strictObject({ id: z.string().max(100).describe('Id of the token') }),
  response: Token,
  errors: ['token_not_found'],
});
