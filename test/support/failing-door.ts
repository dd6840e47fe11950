import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Response to a request in place of that of the server; null: the request passes. */
export type Rule = (method: string, path: string) => Treatment | null;

export type Treatment =
  /** As S3 refuses a missing right. */
  | 'refuse'
  /** Drops the connection. */
  | 'drop'
  /** Sends half of the response, then drops the connection. */
  | 'cut'
  | { readonly delayMs: number };

/** A proxy in front of an S3 server whose failures a test chooses. */
export interface FailingDoor extends AsyncDisposable {
  readonly endpoint: string;
  /** For the requests from now on. */
  treat(rule: Rule): void;
  /** The most requests that it has held at the same time since the last `treat`. */
  readonly mostAtOnce: number;
}

export async function openFailingDoor(endpoint: string): Promise<FailingDoor> {
  let rule: Rule = () => null;
  let [open, most] = [0, 0];
  const answer: RequestListener = async (incoming, response) => {
    open += 1;
    most = Math.max(most, open);
    response.once('close', () => (open -= 1));
    const treatment = rule(incoming.method ?? '', incoming.url ?? '');
    if (typeof treatment === 'object' && treatment !== null) await pause(treatment.delayMs);
    if (treatment === 'refuse') refuse(incoming, response);
    else if (treatment === 'drop') response.destroy();
    else passOn(incoming, response, endpoint, treatment === 'cut');
  };
  const server = createServer((incoming, response) => void answer(incoming, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const bound = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`,
    treat: (next) => {
      rule = next;
      most = open;
    },
    get mostAtOnce() {
      return most;
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}

function refuse(incoming: IncomingMessage, response: ServerResponse): void {
  incoming.resume();
  incoming.once('end', () => {
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end('<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
  });
}

function passOn(incoming: IncomingMessage, response: ServerResponse, endpoint: string, isCut: boolean): void {
  const { method = 'GET', url = '/', headers } = incoming;
  const onward = request(endpoint + url, { headers, method }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (isCut)
      answer.once('data', (chunk: Buffer) =>
        response.write(chunk.subarray(0, chunk.length / 2), () => response.destroy()),
      );
    else answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
