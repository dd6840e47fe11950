import { hostname } from 'node:os';
import { setTimeout as waitFor } from 'node:timers/promises';
import {
  AccountName,
  createToken,
  finishDeviceSignOn,
  getSession,
  revokeToken,
  startDeviceSignOn,
} from '../src/platform/auth/schema.ts';
import type { ResponseOf } from '../src/platform/contract/schema.ts';
import { createClient } from './connection/client.ts';
import { credentialsFile, storeCredential, storedCredential } from './connection/credentials.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';

const loginCommand = command({
  path: ['login'],
  summary: 'Log in to a server and store a token that only you can read',
  example:
    'steelyard login --url https://steelyard.example.org --sso\nsteelyard login --url https://steelyard.example.org --name ada',
  needs: 'server',
  options: {
    name: { value: 'NAME', schema: AccountName, describe: 'Your account, for a login with a password' },
    sso: { describe: 'Sign in at the identity provider, in a browser on any device' },
    days: { value: 'DAYS', fallback: '30', describe: 'Days until the token expires' },
  },
  run: async (context, { name, sso, days }) => {
    const url = findServerUrl(context);
    if (sso === (name !== undefined)) throw new CommandError('usage', 'Give --sso or --name NAME.');
    const wanted = { label: `steelyard login on ${hostname()}`.slice(0, 100), expiresInDays: Number(days) };
    const made =
      name === undefined ? await signInElsewhere(context, url, wanted) : await logInAs(context, url, name, wanted);
    const { token, secret } = made;
    storeCredential(context.io, url, { name: token.account, id: token.id, token: secret });
    const { account, expiresAt } = token;
    await context.answer(
      { url, name: account, token: token.id, expiresAt },
      () => `Logged in to ${url} as ${account}.`,
    );
    await context.remark(
      `The token is in ${credentialsFile(context.io)} and works until ${expiresAt ?? 'it is revoked'}.`,
    );
    return 0;
  },
});

interface WantedToken {
  readonly label: string;
  readonly expiresInDays: number;
}

async function logInAs({ io }: Context, url: string, name: string, body: WantedToken): Promise<MadeToken> {
  const password = io.environment.STEELYARD_PASSWORD ?? (await io.askSecret?.('Password: ')) ?? null;
  if (password === null) {
    throw new CommandError('usage', 'There is no terminal to ask for the password on. Set STEELYARD_PASSWORD.');
  }
  const basic = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  return createClient(url, basic).call(createToken, { body });
}

type MadeToken = ResponseOf<typeof createToken>;

/** Shows the code and waits until the person has confirmed it, as often as the provider permits. */
async function signInElsewhere(context: Context, url: string, wanted: WantedToken): Promise<MadeToken> {
  const client = createClient(url);
  const started = await client.call(startDeviceSignOn);
  const { device, userCode, verificationUrl, verificationUrlComplete } = started;
  await context.remark(`Open ${verificationUrlComplete ?? verificationUrl} and confirm the code ${userCode}.`);
  const stopping = new AbortController();
  using _listening = context.io.onSignal(() => stopping.abort());
  const untilMs = Date.now() + started.expiresInSeconds * 1000;
  while (Date.now() < untilMs) {
    await waitFor(started.intervalSeconds * 1000, undefined, { signal: stopping.signal }).catch(() => {
      throw new CommandError('sign_on_failed', 'The login was interrupted.');
    });
    const { token, secret } = await client.call(finishDeviceSignOn, { body: { device, ...wanted } });
    if (token !== null && secret !== null) return { token, secret };
  }
  throw new CommandError('sign_on_failed', 'The code expired before it was confirmed. Run the command again.');
}

const logoutCommand = command({
  path: ['logout'],
  summary: 'Revoke and remove the stored token of a server',
  example: 'steelyard logout --url https://steelyard.example.org',
  needs: 'server',
  run: async (context) => {
    const url = findServerUrl(context);
    const stored = storedCredential(context.io, url);
    if (stored !== null) {
      // Removed locally first, so that an unreachable server does not keep the token here.
      storeCredential(context.io, url, null);
      await createClient(url, `Bearer ${stored.token}`).call(revokeToken, { params: { id: stored.id } });
    }
    await context.answer({ url, loggedOut: stored !== null }, () =>
      stored === null ? `Not logged in to ${url}.` : `Logged out of ${url}.`,
    );
    return 0;
  },
});

const whoCommand = command({
  path: ['whoami'],
  summary: 'Show the account of your credentials',
  example: 'steelyard whoami --url https://steelyard.example.org',
  needs: 'server',
  run: async (context) => {
    const who = await (await context.client()).call(getSession);
    const role = who.role === null ? '' : ` (${who.role})`;
    const read = who.role === 'leader' ? 'totals' : `the data of ${who.teams?.join(', ') || 'no team'}`;
    const sees = who.teams === null ? '' : `, reads ${read}`;
    await context.answer(who, () => (who.name === null ? 'not logged in' : `${who.name}${role}${sees}`));
    return 0;
  },
});

function findServerUrl({ globals, io }: Context): string {
  const url = globals.url ?? io.environment.STEELYARD_URL;
  if (url !== undefined && url !== '') return url;
  throw new CommandError(
    'usage',
    'Say which server: --url URL. The server of a data folder on this machine needs no login.',
  );
}

export const loginCommands = [loginCommand, logoutCommand, whoCommand];
