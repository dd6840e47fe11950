import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Traffic of the campaign, by purpose. */
export type Kind = 'tracking' | 'predictions' | 'imports' | 'reservations' | 'pages';

/** Statuses and times of the answers to one kind of traffic. */
export interface Answers {
  readonly statuses: Map<number, number>;
  readonly durationsMs: number[];
}

export interface Balancer extends AsyncDisposable {
  readonly url: string;
  readonly answers: ReadonlyMap<Kind, Answers>;
  /** Bodies of answers with status 500 or more that a server gave, not the balancer. */
  readonly failures: readonly string[];
}

interface Backend {
  readonly url: string;
}

const KINDS: readonly (readonly [prefix: string, kind: Kind])[] = [
  ['/api/2.0/mlflow/', 'tracking'],
  ['/serve/', 'predictions'],
  ['/api/v1/bill/', 'imports'],
  ['/api/v1/uploads', 'imports'],
  ['/api/v1/budget-reservations', 'reservations'],
];

/**
 * A round-robin balancer, as reverse proxies are by default: a refused connection goes to the next server, because no byte of the request
 * was sent. A connection that breaks later is answered with 502, because the request may have been processed. Requests to endpoints go to
 * `gateways`, all others to `servers`.
 */
export async function startBalancer(servers: readonly Backend[], gateways: readonly Backend[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const answers = new Map<Kind, Answers>();
  const failures: string[] = [];
  let turn = 0;
  const front = createServer((incoming, outgoing) => {
    const kind = KINDS.find(([prefix]) => incoming.url?.startsWith(prefix) === true)?.[1] ?? 'pages';
    const backends = kind === 'predictions' ? gateways : servers;
    turn += 1;
    const inTurn = backends.map((_, index) => backends[(turn + index) % backends.length]);
    const began = performance.now();
    outgoing.once('finish', () => {
      const seen = answers.get(kind) ?? { statuses: new Map<number, number>(), durationsMs: [] };
      answers.set(kind, seen);
      seen.statuses.set(outgoing.statusCode, (seen.statuses.get(outgoing.statusCode) ?? 0) + 1);
      seen.durationsMs.push(performance.now() - began);
    });
    const noted = (text: string) => void failures.push(`${incoming.method} ${incoming.url}: ${text}`);
    pass(
      { agent, incoming, outgoing, noted },
      inTurn.flatMap((one) => one ?? []),
    ).catch(() => outgoing.destroy());
  });
  const port = await new Promise<number>((resolve) => {
    front.listen(0, '127.0.0.1', () => {
      const address = front.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    answers,
    failures,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
    },
  };
}

interface Passing {
  readonly agent: Agent;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly noted: (failure: string) => void;
}

async function pass({ agent, incoming, outgoing, noted }: Passing, backends: readonly Backend[]): Promise<void> {
  const body = await buffer(incoming);
  for (const { url } of backends) {
    const answer = await ask(url, { agent, incoming, body });
    if (answer === 'refused') continue;
    if (answer === 'broken') return void outgoing.writeHead(502).end('the connection to the server broke');
    if (answer.status >= 500) noted(`${answer.status} ${answer.content}`);
    return void outgoing.writeHead(answer.status, answer.headers).end(answer.content);
  }
  outgoing.writeHead(503).end('no server accepts connections');
}

interface Asked {
  readonly agent: Agent;
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
}

type Answer = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly content: Buffer };

function ask(url: string, { agent, incoming, body }: Asked): Promise<Answer | 'refused' | 'broken'> {
  const { method, headers: sent } = incoming;
  // The body is whole here, so its length is known.
  const { 'transfer-encoding': _, ...kept } = sent;
  const headers = { ...kept, host: new URL(url).host, 'content-length': body.length };
  return new Promise((resolve) => {
    const asking = request(new URL(incoming.url ?? '/', url), { method, headers, agent }, (answer) => {
      const { statusCode: status = 502, headers: given } = answer;
      const { 'transfer-encoding': _chunked, connection: _connection, ...passed } = given;
      buffer(answer).then(
        (content) => resolve({ status, headers: passed, content }),
        () => resolve('broken'),
      );
    });
    asking.once('error', (error) => {
      resolve('code' in error && error.code === 'ECONNREFUSED' ? 'refused' : 'broken');
    });
    asking.end(body);
  });
}
