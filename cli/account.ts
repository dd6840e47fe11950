import {
  type Account,
  AccountName,
  changeAccount,
  createAccount,
  createToken,
  listAccounts,
  listTokens,
  Password,
  Role,
  removeAccount,
  revokeToken,
  roles,
  type Token,
  TokenScopes,
} from '../src/platform/auth/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { formatInstant } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

const roleNames = roles.join('|');

const createCommand = command({
  path: ['account', 'create'],
  summary: 'Create an account; the password comes from a prompt or STEELYARD_PASSWORD',
  example: 'steelyard account create ada --role admin\nsteelyard account create ci --role contributor --no-password',
  needs: 'server',
  positionals: { name: { describe: 'Name of the account' } },
  options: {
    role: { value: roleNames, schema: Role, required: true, describe: 'Role of the account' },
    noPassword: { describe: 'Allow log-in by token only: for jobs and services' },
  },
  run: async (context, { name, role, noPassword }) => {
    const body = { name: parsedName(name), role, password: noPassword ? null : await newPassword(context) };
    const account = await (await context.client()).call(createAccount, { body });
    await context.answer(account, () => accountText(account, context));
    return 0;
  },
});

const changeCommand = command({
  path: ['account', 'change'],
  summary: 'Change the role or password of an account, or disable or enable it; ends its sessions',
  example: 'steelyard account change ada --role viewer\nsteelyard account change ada --disable',
  needs: 'server',
  positionals: { name: { describe: 'Name of the account' } },
  options: {
    role: { value: roleNames, schema: Role, describe: 'New role' },
    password: { describe: 'Set a new password, from a prompt or STEELYARD_PASSWORD' },
    disable: { describe: 'Disable the account' },
    enable: { describe: 'Re-enable the account' },
  },
  run: async (context, { name, role, password, disable, enable }) => {
    if (disable && enable) throw new CommandError('usage', 'Give --disable or --enable, not both.');
    const body = {
      ...(role === undefined ? {} : { role }),
      ...(password ? { password: await newPassword(context) } : {}),
      ...(disable || enable ? { disabled: disable } : {}),
    };
    const account = await (await context.client()).call(changeAccount, { params: { name: parsedName(name) }, body });
    await context.answer(account, () => accountText(account, context));
    return 0;
  },
});

const deleteCommand = command({
  path: ['account', 'delete'],
  summary: 'Delete an account with its sessions and tokens; keep its audit entries',
  example: 'steelyard account delete ada',
  needs: 'server',
  positionals: { name: { describe: 'Name of the account' } },
  run: async (context, { name }) => {
    const account = await (await context.client()).call(removeAccount, { params: { name: parsedName(name) } });
    await context.answer(account, () => `The account ${account.name} is deleted.`);
    return 0;
  },
});

const listCommand = command({
  path: ['account', 'list'],
  summary: 'List the accounts',
  example: 'steelyard account list',
  needs: 'server',
  run: async (context) => {
    const document = await (await context.client()).call(listAccounts);
    const columns = [
      { title: 'ACCOUNT', cell: (account: Account) => account.name },
      { title: 'ROLE', cell: (account: Account) => account.role },
      { title: 'PASSWORD', cell: (account: Account) => (account.hasPassword ? 'yes' : 'no') },
      { title: 'SIGN-ON', cell: (account: Account) => account.signOn?.mail ?? account.signOn?.subject ?? null },
      { title: 'DISABLED', cell: (account: Account) => formatInstantOrNone(account.disabledAt) },
      { title: 'CREATED', cell: (account: Account) => formatInstant(account.createdAt), least: 20 },
    ];
    const { accounts } = document;
    await context.answer(document, () => (accounts.length === 0 ? '' : table(accounts, columns, context.paint)));
    if (accounts.length === 0) await context.remark('No account yet. steelyard account create NAME --role admin');
    return 0;
  },
});

const tokenCreateCommand = command({
  path: ['token', 'create'],
  summary: 'Create a token; its secret is shown only once',
  example: 'steelyard token create ci --account ci --days 90',
  needs: 'server',
  positionals: { label: { describe: 'Purpose of the token' } },
  options: {
    account: { value: 'NAME', schema: AccountName, describe: 'Account of the token; default: your own' },
    days: {
      value: 'DAYS',
      describe: 'Days until it expires, or "none"; default: 90, or the expiry of your token',
    },
    scope: {
      value: 'SCOPE',
      repeat: true,
      describe: 'Scope of the token, such as mlops.log; default: all of the role, or those of your token',
    },
  },
  run: async (context, { label, account, days, scope }) => {
    const body = {
      label,
      ...(days === undefined ? {} : { expiresInDays: days === 'none' ? null : Number(days) }),
      ...(account === undefined ? {} : { account }),
      ...(scope.length === 0 ? {} : { scopes: parsedScopes(scope) }),
    };
    const made = await (await context.client()).call(createToken, { body });
    await context.answer(made, () => made.secret);
    const until = made.token.parent === null ? '' : ' It ends with the token of your login, at logout too.';
    await context.remark(`Token ${made.token.id} of ${made.token.account}. It is not shown again.${until}`);
    return 0;
  },
});

const tokenListCommand = command({
  path: ['token', 'list'],
  summary: 'List tokens without their secrets, newest first',
  example: 'steelyard token list --account ci',
  needs: 'server',
  options: { account: { value: 'NAME', schema: AccountName, describe: 'Only of this account' } },
  run: async (context, { account }) => {
    const document = await (await context.client()).call(listTokens, { query: { account } });
    const columns = [
      { title: 'TOKEN', cell: (token: Token) => token.id },
      { title: 'ACCOUNT', cell: (token: Token) => token.account },
      { title: 'FOR', cell: (token: Token) => token.label },
      { title: 'SCOPES', cell: (token: Token) => token.scopes?.join(' ') ?? 'all of the role' },
      { title: 'USED', cell: (token: Token) => formatInstantOrNone(token.lastUsedAt) },
      { title: 'EXPIRES', cell: (token: Token) => formatInstantOrNone(token.expiresAt) },
      { title: 'REVOKED', cell: (token: Token) => formatInstantOrNone(token.revokedAt) },
    ];
    const { tokens } = document;
    await context.answer(document, () => (tokens.length === 0 ? '' : table(tokens, columns, context.paint)));
    if (tokens.length === 0) await context.remark('No token yet. steelyard token create LABEL');
    return 0;
  },
});

const tokenRevokeCommand = command({
  path: ['token', 'revoke'],
  summary: 'Revoke a token and all tokens created with it, immediately',
  example: 'steelyard token revoke t_0123456789abcdef0123456789abcdef',
  needs: 'server',
  positionals: { id: { describe: 'Id of the token' } },
  run: async (context, { id }) => {
    const token = await (await context.client()).call(revokeToken, { params: { id } });
    await context.answer(token, () => `Token ${token.id} of ${token.account} is revoked.`);
    return 0;
  },
});

function formatInstantOrNone(instant: string | null): string | null {
  return instant === null ? null : formatInstant(instant);
}

function parsedName(name: string): string {
  const parsed = AccountName.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new CommandError('usage', `"${name}" is no account name: ${parsed.error.issues[0]?.message}.`);
}

function parsedScopes(scopes: readonly string[]): TokenScopes {
  const parsed = TokenScopes.safeParse(scopes);
  if (parsed.success) return parsed.data;
  throw new CommandError('usage', `"--scope": no such scope. docs/security.md lists the scopes.`);
}

/**
 * Reads the password from the terminal. On the command line, other users of the machine and the shell's history would
 * see it.
 */
async function newPassword({ io }: Context): Promise<string> {
  const enteredPassword = io.environment.STEELYARD_PASSWORD ?? (await io.askSecret?.('New password: ')) ?? null;
  if (enteredPassword === null) {
    throw new CommandError('usage', 'There is no terminal to ask for the password on. Set STEELYARD_PASSWORD.');
  }
  const parsed = Password.safeParse(enteredPassword);
  if (parsed.success) return parsed.data;
  throw new CommandError('usage', `The password is not accepted: ${parsed.error.issues[0]?.message}.`);
}

function accountText(account: Account, { paint }: Context): string {
  return facts(
    [
      ['account', account.name],
      ['role', account.role],
      ['password', account.hasPassword ? 'yes' : account.signOn === null ? 'no, tokens only' : 'no, single sign-on'],
      ['state', account.disabledAt === null ? 'in use' : `disabled since ${formatInstant(account.disabledAt)}`],
    ],
    paint,
  );
}

export const accountCommands = [
  createCommand,
  changeCommand,
  deleteCommand,
  listCommand,
  tokenCreateCommand,
  tokenListCommand,
  tokenRevokeCommand,
];
