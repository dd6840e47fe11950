import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Request {
  readonly method: string;
  /** Decoded, with the query. */
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
}

export type Answer = (request: Request, response: ServerResponse) => void;

/** A real HTTP server that answers one request after the other as told, then as the last one for ever. */
export interface MisbehavingServer extends AsyncDisposable {
  readonly address: string;
  readonly requests: readonly Request[];
}

export async function startMisbehaving(...answers: Answer[]): Promise<MisbehavingServer> {
  const requests: Request[] = [];
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const request = { method: incoming.method ?? '', url, headers: incoming.headers };
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(request);
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A status with the error body that the two clouds share: `<Error><Code>…`. */
export function refuse(status: number, code: string, message = 'no', headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/xml', 'x-ms-error-code': code, ...headers });
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
  };
}

/** Drops the connection without a word. */
export const hangUp: Answer = (_, response) => response.destroy();

interface ServedObject {
  readonly content: Buffer;
  readonly etag: string;
  /** Sends this many bytes of the response and then drops the connection. */
  readonly cutAfterBytes?: number;
  /** Sends this many bytes of the response and then stalls forever. */
  readonly stallAfterBytes?: number;
}

/** Serves an object as both clouds do: conditions and ranges are respected. */
export function serve({ content, etag, cutAfterBytes, stallAfterBytes }: ServedObject): Answer {
  return (request, response) => {
    const wanted = request.headers['if-match'];
    if (wanted !== undefined && wanted !== etag) {
      refuse(412, 'PreconditionFailed')(request, response);
      return;
    }
    const range = request.headers['x-ms-range'] ?? request.headers.range;
    const start = Number(/^bytes=(\d+)-/.exec(String(range ?? ''))?.[1] ?? 0);
    const rest = content.subarray(start);
    response.writeHead(start === 0 ? 200 : 206, {
      etag,
      'content-length': rest.length,
      'last-modified': new Date(0).toUTCString(),
      'x-ms-blob-type': 'BlockBlob',
      ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    const sent = rest.subarray(0, cutAfterBytes ?? stallAfterBytes ?? rest.length);
    if (cutAfterBytes !== undefined) response.write(sent, () => response.destroy());
    else if (stallAfterBytes !== undefined) response.write(sent);
    else response.end(sent);
  };
}
