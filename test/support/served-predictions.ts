import { expect } from 'vitest';
import { listPredictions } from '../../src/mlops/predictions/schema.ts';
import { buildUrl } from '../../src/platform/contract/schema.ts';

interface Caller {
  /** Address of a server, asked for at each call. */
  readonly url: () => string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers to predictions that senders got without a pause. */
export interface SentPredictions {
  /** Ids of answered predictions. */
  readonly answered: ReadonlySet<string>;
  /** Status and text of every other answer, or the error of the connection. */
  readonly refused: readonly string[];
  /** Ends the senders, each after its last answer. */
  end(): Promise<void>;
}

/** Sends predictions to an endpoint by v2, from several senders. An id is never sent twice. */
export function sendPredictions(
  { url, headers = {} }: Caller,
  { endpoint, name, senders = 4 }: { readonly endpoint: string; readonly name: string; readonly senders?: number },
): SentPredictions {
  const answered = new Set<string>();
  const refused: string[] = [];
  let isOver = false;
  const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 1] }] });
  const send = async (id: string) => {
    const all = { 'content-type': 'application/json', 'x-steelyard-prediction-id': id, ...headers };
    const answer = await fetch(`${url()}/serve/${endpoint}/v2/models/m/infer`, { method: 'POST', headers: all, body });
    const text = await answer.text();
    if (answer.ok) answered.add(id);
    else refused.push(`${answer.status} ${text}`);
  };
  const running = Array.from({ length: senders }, async (_, sender) => {
    for (let count = 0; !isOver; count += 1) {
      await send(`${name}-${sender}-${count}`).catch((error: unknown) => refused.push(describe(error)));
    }
  });
  return {
    answered,
    refused,
    async end() {
      isOver = true;
      await Promise.all(running);
    },
  };
}

function describe(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  return `${String(error)} ${cause instanceof Error ? `${cause.message} ${'code' in cause ? String(cause.code) : ''}` : ''}`;
}

/** Ids of the logged predictions of model `m`; one that is there twice fails. */
export async function readLogged({ url, headers = {} }: Caller): Promise<Set<string>> {
  const known = new Set<string>();
  let pageToken: string | undefined;
  do {
    const asked = buildUrl(listPredictions, { query: { model: 'm', pageSize: 1000, pageToken } });
    const answer = await fetch(url() + asked, { headers });
    const page = listPredictions.response.parse(await answer.json());
    for (const { prediction } of page.predictions) {
      expect(known.has(prediction)).toBe(false);
      known.add(prediction);
    }
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return known;
}
