import { z } from 'zod';
import { roles } from '../../contract/schema.ts';

const Reference = z.string().regex(/^(env:[A-Za-z_]\w*|file:\/.+)$/, '"env:NAME" or "file:/absolute/path"');

const RoleMapping = z.strictObject({ group: z.string().min(1), role: z.enum(roles) });
export type RoleMapping = z.infer<typeof RoleMapping>;

const TeamMapping = z.strictObject({
  group: z.string().min(1),
  team: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  role: z.enum(['viewer', 'contributor']),
});
export type TeamMapping = z.infer<typeof TeamMapping>;

/**
 * Roles of groups in the order of the setting: the first that an account has decides. The role follows the last "=", since names of groups
 * can contain one. Error: ZodError.
 *
 * @example parseRoleMappings('platform=admin, ml=contributor') // [{ group: 'platform', role: 'admin' }, …]
 */
export function parseRoleMappings(list: string): RoleMapping[] {
  return splitMappings(list).map(([group, role]) => RoleMapping.parse({ group, role }));
}

/** Teams of groups; without a role the account is a contributor of the team. Error: ZodError. Example: `search-eng=search, cfo=search:viewer`. */
export function parseTeamMappings(list: string): TeamMapping[] {
  return splitMappings(list).map(([group, target]) => {
    const [team, role = 'contributor'] = target.split(':');
    return TeamMapping.parse({ group, team, role });
  });
}

function splitMappings(list: string): [string, string][] {
  const items = list.split(',').map((item) => item.trim());
  return items
    .filter((item) => item !== '')
    .map((item) => {
      const at = item.lastIndexOf('=');
      return at < 0 ? [item, ''] : [item.slice(0, at).trim(), item.slice(at + 1).trim()];
    });
}

const succeeds = (parse: (list: string) => unknown) => (list: string) => {
  try {
    parse(list);
    return true;
  } catch {
    return false;
  }
};

/** Tenants of Entra that accept the accounts of every organization. */
const SHARED_TENANT = /^https:\/\/login\.microsoftonline\.com\/(common|organizations|consumers)(\/|$)/i;

/** Settings of single sign-on and of TLS. */
export const signOnSettings = {
  oidcIssuer: z
    .url({ protocol: /^https?$/, error: 'an https:// address' })
    .refine(isSecureOrLoopback, 'an https:// address; http:// is accepted only for a loopback address')
    .refine((issuer) => !SHARED_TENANT.test(issuer), 'the address of one tenant: this one accepts every organization')
    .optional()
    .describe(
      'Issuer address of the OpenID Connect provider, exactly as in its discovery document; turns single sign-on on. Needs accounts, publicUrl and oidcClientId. Default: none.',
    ),
  oidcClientId: z.string().min(1).optional().describe('Client id of this server at the provider.'),
  oidcClientSecret: Reference.optional().describe(
    'Reference to the client secret: "env:NAME" or "file:/absolute/path". Never the secret. Default: none, for a public client.',
  ),
  oidcScopes: z
    .string()
    .regex(/^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'scopes separated by spaces, "openid" first')
    .default('openid profile email')
    .describe('Scopes that are requested. Add offline_access where the provider gives refresh tokens only with it.'),
  oidcGroupsClaim: z
    .string()
    .min(1)
    .max(200)
    .default('groups')
    .describe('Claim with the groups of a person, a list of texts; dots lead into objects ("realm_access.roles").'),
  oidcRoles: z
    .string()
    .refine(succeeds(parseRoleMappings), `"group=role", comma-separated; roles: ${roles.join(', ')}`)
    .default('')
    .describe(
      'Roles of groups, "group=role", comma-separated. The first that matches decides, so the strongest role comes first.',
    ),
  oidcTeams: z
    .string()
    .refine(succeeds(parseTeamMappings), '"group=team" or "group=team:viewer", comma-separated')
    .default('')
    .describe(
      'Teams of groups, "group=team" (contributor of the team) or "group=team:viewer", comma-separated. The team needs a document of kind Team.',
    ),
  oidcDefaultRole: z
    .enum(['none', 'viewer', 'contributor'])
    .default('none')
    .describe('Role of a person without a group of oidcRoles; "none": the sign-in is refused.'),
  oidcLabel: z
    .string()
    .min(1)
    .max(60)
    .default('Single sign-on')
    .describe('Text of the sign-in button, after "Continue with".'),
  oidcRecheckMinutes: z.coerce
    .number({ error: 'a whole number of minutes' })
    .int()
    .min(1)
    .max(1440)
    .default(15)
    .describe(
      'After this many minutes the next request of an account asks the provider for its groups again, with the refresh token. Without a refresh token a session ends after an hour.',
    ),
  oidcTokenDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(1)
    .max(365)
    .default(7)
    .describe(
      'Tokens of a person are refused when the provider has not confirmed the person for this many days. Tokens of service accounts are not affected.',
    ),
  tlsCertFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with the certificate of the server in PEM, with its intermediate certificates; the port then speaks TLS only, and a changed file is used for new connections within 10 s. Default: none.',
    ),
  tlsKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe('File with the private key of tlsCertFile in PEM, without a passphrase.'),
  passwordAccounts: z
    .string()
    .regex(/^(all|[a-z0-9][a-z0-9._@-]*(\s*,\s*[a-z0-9][a-z0-9._@-]*)*)$/, '"all" or accounts, comma-separated')
    .default('all')
    .describe(
      'Accounts, comma-separated, whose password is accepted; "all": every account with a password. With single sign-on, name the break-glass administrator only.',
    ),
};

function isSecureOrLoopback(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

type SignOnSettings = z.infer<z.ZodObject<typeof signOnSettings>>;

/** Problems of settings that only make sense together; the name is that of the setting to change. */
export function checkSignOn(
  settings: SignOnSettings & { readonly accounts: 'off' | 'on'; readonly publicUrl?: string | undefined },
): { readonly name: string; readonly message: string }[] {
  const { oidcIssuer, oidcClientId, oidcRoles, oidcDefaultRole, tlsCertFile, tlsKeyFile, accounts, publicUrl } =
    settings;
  const problems: { name: string; message: string }[] = [];
  const need = (name: string, isMissing: boolean, message: string) => {
    if (isMissing) problems.push({ name, message });
  };
  need('tlsKeyFile', tlsCertFile !== undefined && tlsKeyFile === undefined, 'required with tlsCertFile');
  need('tlsCertFile', tlsKeyFile !== undefined && tlsCertFile === undefined, 'required with tlsKeyFile');
  if (oidcIssuer === undefined) return problems;
  need('accounts', accounts === 'off', 'single sign-on (oidcIssuer) needs "on"');
  need('oidcClientId', oidcClientId === undefined, 'required with oidcIssuer');
  need('publicUrl', publicUrl === undefined, 'required with oidcIssuer: the provider redirects the browser to it');
  need(
    'publicUrl',
    publicUrl !== undefined && !isSecureOrLoopback(publicUrl),
    'with oidcIssuer it must be https://; http:// is accepted only for a loopback address',
  );
  need(
    'oidcRoles',
    oidcRoles === '' && oidcDefaultRole === 'none',
    'nobody could sign in: map a group to a role, or set oidcDefaultRole',
  );
  return problems;
}
