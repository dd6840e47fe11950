import { connect, type Socket } from 'node:net';
import { z } from 'zod';

/**
 * Sends requests to several addresses in turn over dedicated connections, one request in flight for each, and prints
 * the latencies. It writes and reads HTTP without a library, so that it uses little of the core that it shares.
 * Usage: `node load-program.ts '{"targets": […], …}'`.
 */
export const LoadPlan = z.strictObject({
  targets: z.array(z.strictObject({ port: z.number(), path: z.string(), body: z.string() })),
  /** For each target. */
  connections: z.number(),
  durationMs: z.number(),
  /** Requests before it is measured, for each connection. */
  warmUp: z.number(),
});
export type LoadPlan = z.infer<typeof LoadPlan>;

/** By target: milliseconds of each request, and how long it took together. */
export const LoadResult = z.array(z.strictObject({ latenciesMs: z.array(z.number()), durationMs: z.number() }));
export type LoadResult = z.infer<typeof LoadResult>;

class Asker {
  readonly #socket: Socket;
  readonly #request: Buffer;
  #answered: ((status: number) => void) | null = null;
  #text = '';

  constructor({ port, path, body }: LoadPlan['targets'][number]) {
    const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    this.#request = Buffer.from(head + body);
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1').on('data', (part: string) => this.#take(part));
    this.#socket.on('error', (error) => {
      throw error;
    });
  }

  ask(): Promise<number> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#socket.write(this.#request);
    });
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(part: string): void {
    this.#text += part;
    const end = this.#text.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = /^content-length: (\d+)$/im.exec(this.#text.slice(0, end))?.[1];
    if (length === undefined) throw new Error(`an answer without a length: ${this.#text.slice(0, end)}`);
    if (this.#text.length < end + 4 + Number(length)) return;
    const status = Number(this.#text.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
    if (status !== 200) throw new Error(this.#text);
    this.#text = '';
    this.#answered?.(status);
  }
}

/** In turn where there is one connection: each target sees the same machine. */
async function inTurn(plan: LoadPlan): Promise<LoadResult> {
  const askers = plan.targets.map((target) => new Asker(target));
  const latencies = askers.map((): number[] => []);
  for (let at = 0; at < plan.warmUp; at += 1) for (const asker of askers) await asker.ask();
  const startedAt = performance.now();
  while (performance.now() - startedAt < plan.durationMs) {
    for (const [at, asker] of askers.entries()) {
      const sentAt = performance.now();
      await asker.ask();
      latencies[at]?.push(performance.now() - sentAt);
    }
  }
  for (const asker of askers) asker.end();
  const durationMs = performance.now() - startedAt;
  return latencies.map((latenciesMs) => ({ latenciesMs, durationMs }));
}

async function together(plan: LoadPlan): Promise<LoadResult> {
  const results: LoadResult = [];
  for (const target of plan.targets) {
    const askers = Array.from({ length: plan.connections }, () => new Asker(target));
    await Promise.all(
      askers.map(async (asker) => {
        for (let at = 0; at < plan.warmUp; at += 1) await asker.ask();
      }),
    );
    const latenciesMs: number[] = [];
    const startedAt = performance.now();
    await Promise.all(
      askers.map(async (asker) => {
        while (performance.now() - startedAt < plan.durationMs) {
          const sentAt = performance.now();
          await asker.ask();
          latenciesMs.push(performance.now() - sentAt);
        }
      }),
    );
    results.push({ latenciesMs, durationMs: performance.now() - startedAt });
    for (const asker of askers) asker.end();
  }
  return results;
}

if (import.meta.main) {
  const plan = LoadPlan.parse(JSON.parse(process.argv[2] ?? ''));
  process.stdout.write(JSON.stringify(await (plan.connections === 1 ? inTurn(plan) : together(plan))));
}
