import type { Config } from '../config/index.ts';
import { splitList } from '../config/schema.ts';
import type { Plugin, Route } from '../http/index.ts';
import type { AccountsDeps } from './accounts.ts';
import { createGrants } from './claims.ts';
import { createIdentityProvider } from './identity-provider.ts';
import { createStoredKey } from './keys.ts';
import { SIGN_ON_CALLBACK } from './schema.ts';
import { createSealed } from './sealed.ts';
import { createSignOn, type SignOn, type SignOnDeps } from './sign-on.ts';
import { createSignOnPlugin, createSignOnRoutes, type SignOnRoutesDeps } from './sign-on-routes.ts';

/** The settings of single sign-on. */
export type SignOnConfig = Pick<
  Config,
  | 'oidcIssuer'
  | 'oidcClientId'
  | 'oidcClientSecret'
  | 'oidcScopes'
  | 'oidcGroupsClaim'
  | 'oidcRoles'
  | 'oidcTeams'
  | 'oidcDefaultRole'
  | 'oidcLabel'
  | 'oidcRecheckMinutes'
  | 'oidcTokenDays'
  | 'passwordAccounts'
>;

export interface OpenSignOnDeps extends AccountsDeps, Pick<SignOnDeps, 'log' | 'writes' | 'setMemberships'> {
  readonly config: Pick<Config, 'publicUrl'> & SignOnConfig;
}

export interface OpenedSignOn {
  readonly signOn: SignOn;
  readonly isPasswordAccepted: (name: string) => boolean;
  readonly routes: readonly Route[];
  readonly plugin: Plugin;
}

/** Single sign-on as the settings say; without oidcIssuer its routes answer that there is none. */
export function openSignOn(deps: OpenSignOnDeps): OpenedSignOn {
  const { store, config, clock } = deps;
  const { oidcIssuer: issuer, oidcClientId: clientId, publicUrl, passwordAccounts } = config;
  const sealed = createSealed(createStoredKey(store, 'sign-on'));
  const grants = createGrants(config);
  const isOn = issuer !== undefined && clientId !== undefined && publicUrl !== undefined;
  const client = isOn
    ? createIdentityProvider(
        {
          ...{ issuer, clientId, clientSecret: config.oidcClientSecret ?? null, scopes: config.oidcScopes },
          redirectUrl: new URL(SIGN_ON_CALLBACK, publicUrl).href,
          lacksGroups: grants.lacksGroups,
        },
        clock,
      )
    : null;
  const named = passwordAccounts === 'all' ? null : new Set(splitList(passwordAccounts));
  const signOn = createSignOn({
    ...deps,
    ...{ sealed, grants, recheckMinutes: config.oidcRecheckMinutes, tokenDays: config.oidcTokenDays },
    provider: client === null || issuer === undefined ? null : { issuer, client },
    reservedNames: named ?? new Set(),
  });
  const routes: SignOnRoutesDeps = {
    ...deps,
    ...{ signOn, sealed, client, label: config.oidcLabel, passwords: named === null ? 'all' : 'named' },
    isSecure: publicUrl?.startsWith('https:') === true,
  };
  return {
    signOn,
    isPasswordAccepted: (name) => named === null || named.has(name),
    routes: createSignOnRoutes(routes),
    plugin: createSignOnPlugin(routes),
  };
}
