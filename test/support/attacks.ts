import { gzipSync } from 'node:zlib';

const MiB = 2 ** 20;

/** A request that once blocked the server, as a client sends it. */
export interface Attack {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | null;
  /** Number of concurrent requests. */
  readonly atOnce: number;
  /** True if it is sent without credentials. */
  readonly anonymous: boolean;
  /** Expected status of the answer. */
  readonly status: number;
}

const JSON_BODY = { 'content-type': 'application/json' };
const SPANS = { ...JSON_BODY, 'x-mlflow-experiment-id': '0' };
const brackets = (count: number) => Buffer.from('['.repeat(count) + ']'.repeat(count));

function posted(name: string, path: string, body: Buffer | string, rest: Partial<Attack> = {}): Attack {
  return { name, method: 'POST', path, headers: JSON_BODY, body, atOnce: 1, anonymous: false, status: 400, ...rest };
}

/** Bodies of reviews and their neighbours: deep, wide, packed. `rows.csv` needs a bill. */
export function attacks(): Attack[] {
  const wide = `[${'{},'.repeat(5 * MiB)}{}]`;
  const packed = gzipSync(Buffer.concat([Buffer.from('{"resourceSpans":'), brackets(30 * MiB), Buffer.from('}')]), {
    level: 1,
  });
  const nearlyTooLarge = gzipSync(
    Buffer.concat([Buffer.from('{"resourceSpans":'), brackets(15 * MiB), Buffer.from('}')]),
    { level: 1 },
  );
  return [
    posted('spans, 60 MiB of brackets in gzip', '/v1/traces', packed, {
      headers: { ...SPANS, 'content-encoding': 'gzip' },
    }),
    posted('spans, 30 MiB of brackets in gzip, three concurrently', '/v1/traces', nearlyTooLarge, {
      headers: { ...SPANS, 'content-encoding': 'gzip' },
      atOnce: 3,
    }),
    posted('spans, 12 MB of brackets', '/v1/traces', '['.repeat(12_000_000), { headers: SPANS }),
    posted('spans, 16 MiB of empty protocol buffers', '/v1/traces', Buffer.alloc(16 * MiB, Buffer.from([10, 0])), {
      headers: { ...SPANS, 'content-type': 'application/x-protobuf' },
      status: 413,
    }),
    posted('5,000 spans', '/v1/traces', manySpans(5000), { headers: SPANS, status: 200 }),
    posted('log-in of 15 MiB, eight concurrently', '/api/v1/session', wide, {
      anonymous: true,
      atOnce: 8,
      status: 413,
    }),
    posted('search of 1 MiB of brackets', '/api/2.0/mlflow/runs/search', '['.repeat(MiB)),
    posted(
      'search for 50,000 runs',
      '/api/2.0/mlflow/runs/search',
      JSON.stringify({ experiment_ids: ['0'], filter: `run_id IN (${Array(50_000).fill("'a'").join()})` }),
    ),
    posted('predictions, five million values', '/api/v1/predictions', `{"predictions":${wide}}`, { status: 413 }),
    ...Object.entries({ '240,000': 400, '390,000': 413 }).map(([objects, status]) =>
      posted(
        `predictions, ${objects} objects`,
        '/api/v1/predictions',
        `{"predictions":[${'{},'.repeat(Number(objects.replace(',', '')))}{}]}`,
        { status },
      ),
    ),
    posted(
      '100,000 metrics in a batch',
      '/api/2.0/mlflow/runs/log-batch',
      `{"run_id":"x","metrics":[${Array(90_000).fill('{"key":"m","value":1,"timestamp":1}').join()}]}`,
    ),
    posted(
      'manifest of 15,000 keys',
      '/api/v1/apply',
      manifest(Array.from({ length: 15_000 }, (_, index) => `k${index}: v`)),
    ),
    posted('manifest of 250,000 lines', '/api/v1/apply', manifest(Array(250_000).fill('- a')), { status: 413 }),
    ...Object.entries({ '&a ': 413, '!a ': 413, '? ': 413, '- ': 413, 'a : ': 400, ']': 400 }).map(([mark, status]) =>
      posted(
        `manifest of 3 MiB of "${mark}"`,
        '/api/v1/apply',
        manifest([`spec: {${mark.repeat((3 * MiB) / mark.length)}`]),
        { status },
      ),
    ),
    posted('20,000 spans of 20,000 traces', '/v1/traces', scatteredSpans(20_000), { headers: SPANS, status: 200 }),
    posted('gate check of 512 KiB of brackets', '/api/v1/gate-checks', brackets(MiB / 4)),
    {
      name: 'rows.csv',
      method: 'GET',
      path: '/api/v1/costs/rows.csv',
      headers: {},
      body: null,
      atOnce: 1,
      anonymous: false,
      status: 200,
    },
  ];
}

function manifest(lines: readonly string[]): string {
  return JSON.stringify({ documents: [{ file: 'a.yaml', text: lines.join('\n') }] });
}

function manySpans(count: number): string {
  const spans = Array.from({ length: count }, (_, index) => ({
    traceId: (1 + Math.floor(index / 50)).toString(16).padStart(32, '0'),
    spanId: (index + 1).toString(16).padStart(16, '0'),
    name: 'step',
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000000000000001',
    attributes: Array.from({ length: 15 }, (_, at) => ({
      key: `attribute.${at}`,
      value: { stringValue: `value ${index}` },
    })),
  }));
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

/** The most spans that a request may have, each of a separate trace: the most rows that one request can write. */
function scatteredSpans(count: number): string {
  const spans = Array.from({ length: count }, (_, index) => ({
    traceId: (1_000_000 + index).toString(16).padStart(32, '0'),
    spanId: (index + 1).toString(16).padStart(16, '0'),
    name: `step ${index}`,
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000000000000001',
    attributes: [{ key: 'gen_ai.usage.input_tokens', value: { intValue: '3' } }],
  }));
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

const HEADER =
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceName,ResourceId,Tags';

/** A bill of one month with `rows` rows. */
export function largeBill(rows: number): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const day = String(1 + (index % 28)).padStart(2, '0');
    const hours = `2026-10-${day}T00:00:00Z,2026-10-${day}T01:00:00Z`;
    return `0.0${index},0.0${index},USD,2026-10-01T00:00:00Z,${hours},account-${index % 9},Compute ${index % 50},i-${index},"{""team"":""t${index % 20}""}"`;
  });
  return `${[HEADER, ...lines].join('\n')}\n`;
}

/** Sends an attack and returns the statuses; reads every answer to its end. */
export async function send(attack: Attack, url: string, headers: Readonly<Record<string, string>>): Promise<number[]> {
  const { method, path, body, atOnce, anonymous } = attack;
  const one = async () => {
    const sent = { ...attack.headers, ...(anonymous ? {} : headers) };
    try {
      const answer = await fetch(url + path, {
        method,
        headers: sent,
        ...(body === null ? {} : { body: new Uint8Array(Buffer.from(body as string)) }),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch (error) {
      // The server closes the connection on a body that it does not read.
      if (attack.status === 413 && isHangUp(error)) return 413;
      throw error;
    }
  };
  return Promise.all(Array.from({ length: atOnce }, one));
}

function isHangUp(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    cause instanceof Error && 'code' in cause && ['EPIPE', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(String(cause.code))
  );
}
