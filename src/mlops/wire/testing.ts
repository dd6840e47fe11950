import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { z } from 'zod';

/** Answer of the wire: JSON of any shape, for `toEqual` and `toMatchObject`. */
export interface MlflowAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

interface Served {
  readonly http: FastifyInstance;
}

/** Sends a message as a client would: in the query of a GET, as JSON otherwise. Path after `/api/2.0/mlflow/`. */
export async function mlflow(
  { http }: Served,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  message: Readonly<Record<string, unknown>> = {},
): Promise<MlflowAnswer> {
  const headers = { host: 'localhost' };
  const url = `/api/2.0/mlflow/${path}`;
  const options: InjectOptions =
    method === 'GET'
      ? { method, url: `${url}?${buildQuery(message)}`, headers }
      : { method, url, headers, payload: message };
  const answer = await http.inject(options);
  return { status: answer.statusCode, body: answer.json() };
}

function buildQuery(message: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(message)) {
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item));
  }
  return query.toString();
}

/** POST that must succeed; answers its message. */
export async function post(
  served: Served,
  path: string,
  message: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  const { status, body } = await mlflow(served, 'POST', path, message);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** A new run of an experiment; its id. */
export async function newRun(served: Served, message: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { run } = await post(served, 'runs/create', message);
  return textAt(run, 'info', 'run_id');
}

/** The text at a path of a JSON value. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  return String(valueAt(value, ...path));
}

export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
    value,
  );
}

const EventRow = z.object({ type: z.string(), payload: z.string() });

/** Events about a subject (`run:<id>`), oldest first, read from the outbox of the application's store. */
export function eventsAbout({ config }: { readonly config: { readonly data: string } }, subject: string): unknown[] {
  const database = new DatabaseSync(join(config.data, 'store.db'), { readOnly: true });
  try {
    const rows = database.prepare('select type, payload from event where subject = ? order by sequence').all(subject);
    return rows.map((row) => {
      const { type, payload } = EventRow.parse(row);
      return { type, ...Object(JSON.parse(payload)) };
    });
  } finally {
    database.close();
  }
}
