import { Agent, request } from 'node:http';
import type { Readable } from 'node:stream';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly type?: string;
  readonly body?: string | Readable;
}

/** One connection, kept alive; a call ends with the last byte of its answer. */
export class Connection implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  send({ method, url, type = 'application/json', body }: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...(body === undefined ? {} : { 'content-type': type }),
        ...(typeof body === 'string' ? { 'content-length': Buffer.byteLength(body) } : {}),
      };
      const sent = request(url, { method, agent: this.#agent, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      sent.on('error', reject);
      if (body === undefined || typeof body === 'string') sent.end(body);
      else body.on('error', reject).pipe(sent);
    });
  }

  /** The JSON of a 200 answer; throws on any other answer, with its status and body. */
  async json(call: Call): Promise<unknown> {
    const { status, body } = await this.send(call);
    if (status !== 200) throw new Error(`${call.method} ${call.url}: ${status} ${body.slice(0, 500)}`);
    return JSON.parse(body === '' ? '{}' : body);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

export interface Load {
  readonly durationMs: number;
  /** One latency a request, in order of completion. */
  readonly latenciesMs: readonly number[];
}

/** At the least, so that a 95th percentile means something. */
const FEWEST_REQUESTS = 40;

/** Every sender sends its next request when the last is answered, for `durationMs` and until there are enough. */
export async function driveLoad(
  senders: readonly (() => Promise<void>)[],
  durationMs: number,
  fewest = FEWEST_REQUESTS,
): Promise<Load> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const goOn = () => performance.now() - startedAt < durationMs || latenciesMs.length < fewest;
  await Promise.all(
    senders.map(async (send) => {
      while (goOn()) {
        const sentAt = performance.now();
        await send();
        latenciesMs.push(performance.now() - sentAt);
      }
    }),
  );
  return { durationMs: performance.now() - startedAt, latenciesMs };
}
