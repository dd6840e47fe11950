import { hostname } from 'node:os';
import { AccountName, createToken, getSession, revokeToken } from '../src/platform/auth/schema.ts';
import { createClient } from './connection/client.ts';
import { credentialsFile, storeCredential, storedCredential } from './connection/credentials.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';

const loginCommand = command({
  path: ['login'],
  summary: 'Log in to a server and store a token that only you can read',
  example: 'steelyard login --url https://steelyard.example.org --name ada',
  needs: 'server',
  options: {
    name: { value: 'NAME', schema: AccountName, required: true, describe: 'Your account' },
    days: { value: 'DAYS', fallback: '30', describe: 'Days until the token expires' },
  },
  run: async (context, { name, days }) => {
    const url = findServerUrl(context);
    const password = context.io.environment.STEELYARD_PASSWORD ?? (await context.io.askSecret?.('Password: ')) ?? null;
    if (password === null) {
      throw new CommandError('usage', 'There is no terminal to ask for the password on. Set STEELYARD_PASSWORD.');
    }
    const basic = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    const body = { label: `steelyard login on ${hostname()}`.slice(0, 100), expiresInDays: Number(days) };
    const { token, secret } = await createClient(url, basic).call(createToken, { body });
    storeCredential(context.io, url, { name, id: token.id, token: secret });
    const { expiresAt } = token;
    await context.answer({ url, name, token: token.id, expiresAt }, () => `Logged in to ${url} as ${name}.`);
    await context.remark(
      `The token is in ${credentialsFile(context.io)} and works until ${expiresAt ?? 'it is revoked'}.`,
    );
    return 0;
  },
});

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
    await context.answer(who, () => (who.name === null ? 'not logged in' : `${who.name}${role}`));
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
