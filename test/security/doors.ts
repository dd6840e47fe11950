import type { InjectOptions } from 'fastify';
import type { Application, Overrides } from '../../src/main.ts';
import { roles } from '../../src/platform/auth/schema.ts';
import { testApplication } from '../../src/testing/application.ts';

export type Role = (typeof roles)[number];

/** A server with accounts, one of each role, and the secret that opens each. */
export interface Doors extends AsyncDisposable {
  readonly application: Application;
  /** The header of an account of this role: a token. */
  as(role: Role): { readonly authorization: string };
  password(role: Role): string;
}

const passwordOf = (role: Role): string => `correct horse ${role} staple`;

export async function openDoors(overrides: Overrides = {}, settings: Record<string, unknown> = {}): Promise<Doors> {
  const application = await testApplication(overrides, { accounts: 'on', ...settings });
  await application.ensureFirstAccount();
  const local = { authorization: `Bearer ${application.localKey}` };
  const tokens = new Map<string, string>();
  for (const role of roles) {
    const account = { name: role, role, password: passwordOf(role) };
    if (role !== 'admin') await sent(application, 'POST', '/api/v1/accounts', local, account);
    const { password } = account;
    if (role === 'admin') await sent(application, 'PATCH', '/api/v1/accounts/admin', local, { password });
    const made = await sent(application, 'POST', '/api/v1/tokens', local, { label: 'test', account: role });
    tokens.set(role, (made as { secret: string }).secret);
  }
  return {
    application,
    as: (role) => ({ authorization: `Bearer ${tokens.get(role)}` }),
    password: passwordOf,
    [Symbol.asyncDispose]: () => application[Symbol.asyncDispose](),
  };
}

/** Sends JSON as a client that is no browser; throws when the answer is no 2xx. */
export async function sent(
  application: Application,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  headers: Record<string, string>,
  body?: object,
): Promise<unknown> {
  const request: InjectOptions = { method, url, headers: { host: 'localhost', ...headers } };
  const answer = await application.http.inject(body === undefined ? request : { ...request, payload: body });
  if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.body}`);
  return answer.body === '' ? undefined : answer.json();
}
