import { Agent, request } from 'node:http';
import type { Exchange } from './exchange.ts';

export interface Answer {
  readonly status: number;
  /** The parsed JSON, or the text where it is not JSON. */
  readonly body: unknown;
  /** Those that a browser acts on, without their parameters. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Name -> value from an answer. */
export type Kept = ReadonlyMap<string, string>;

export interface Replay {
  readonly answers: ReadonlyMap<string, Answer>;
  readonly kept: Kept;
}

const SHOWN_HEADERS = ['content-disposition', 'x-content-type-options'];

/** Sends all exchanges one after the other, as a single client would. */
export async function replay(url: string, corpus: readonly Exchange[]): Promise<Replay> {
  // A new connection for each request: MLflow's server closes one whose body it did not read.
  const agent = new Agent({ keepAlive: false });
  const kept = new Map<string, string>();
  const answers = new Map<string, Answer>();
  try {
    for (const exchange of corpus) {
      const answer = await send(url, agent, exchange, kept);
      for (const [name, path] of Object.entries(exchange.keep)) kept.set(name, textAt(answer, path));
      answers.set(exchange.name, answer);
    }
  } finally {
    agent.destroy();
  }
  return { answers, kept };
}

function textAt(answer: Answer, path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>(
      (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
      answer.body,
    );
  // An exchange that could not keep its value shows itself in those that need it.
  return typeof value === 'string' || typeof value === 'number' ? String(value) : `no-${path}`;
}

function send(url: string, agent: Agent, exchange: Exchange, kept: Kept): Promise<Answer> {
  const filled = (text: string) => text.replaceAll(/\$([a-z]\w*)/gi, (all, name: string) => kept.get(name) ?? all);
  const { hostname, port } = new URL(url);
  const content = filled(exchange.content);
  const headers = { ...exchange.headers, 'content-length': String(Buffer.byteLength(content)) };
  const path = filled(exchange.path) + queryOf(exchange, filled);
  return new Promise((resolve, reject) => {
    const sending = request({ hostname, port, agent, method: exchange.method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const shown = SHOWN_HEADERS.map((name) => [name, String(response.headers[name] ?? '').split(';')[0] ?? '']);
        const body = readBody(Buffer.concat(chunks).toString());
        resolve({ status: response.statusCode ?? 0, body, headers: Object.fromEntries(shown) });
      });
    });
    sending.once('error', (cause) => reject(new Error(`${exchange.name} got no answer`, { cause })));
    sending.end(content);
  });
}

function queryOf({ query }: Exchange, filled: (text: string) => string): string {
  if (query === undefined) return '';
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((item) => `${encodeURIComponent(name)}=${encodeURIComponent(filled(String(item)))}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
