import { setTimeout as pause } from 'node:timers/promises';
import { buildUrl, type CallInput, type Endpoint, type ResponseOf } from '../../../src/platform/contract/schema.ts';

const RETRY_EVERY_MS = 200;
/** Longer than a server takes to start again and to wait for its lease. */
const GIVE_UP_AFTER_MS = 120_000;

/** An answer of a server that it processed, well or with a refusal. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Sends requests as a client that retries: while no server answers, or one that cannot process it now. */
export interface Sender {
  readonly url: string;
  send(path: string, init: RequestInit): Promise<Reply>;
  call<E extends Endpoint>(target: E, input?: CallInput<E>): Promise<ResponseOf<E>>;
  post(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Reply>;
}

export function createSender(url: string): Sender {
  const send = async (path: string, init: RequestInit): Promise<Reply> => {
    const deadline = Date.now() + GIVE_UP_AFTER_MS;
    for (;;) {
      const reply = await tryOnce(url + path, init);
      if (reply !== null && reply.status < 500) return reply;
      if (Date.now() > deadline)
        throw new Error(`${init.method} ${path} got no answer: ${reply?.status} ${reply?.text}`);
      await pause(RETRY_EVERY_MS); // as clients wait before they send again
    }
  };
  const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  return {
    url,
    send,
    post,
    async call(target, input = {}) {
      const path = buildUrl(target, input);
      const { status, text } =
        input.body === undefined ? await send(path, { method: target.method }) : await post(path, input.body as object);
      if (status !== 200) throw new Error(`${target.method} ${path}: ${status} ${text}`);
      return JSON.parse(text) as ResponseOf<typeof target>;
    },
  };
}

/** Null where the connection was refused or broke: an answer whose body breaks off is none. */
export async function tryOnce(url: string, init: RequestInit): Promise<Reply | null> {
  try {
    const answer = await fetch(url, init);
    return { status: answer.status, text: await answer.text() };
  } catch {
    return null;
  }
}
