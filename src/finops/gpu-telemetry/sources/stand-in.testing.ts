import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A query to the stand-in Prometheus. Times are Unix milliseconds. */
export interface RecordedQuery {
  readonly query: string;
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly authorization: string | undefined;
}

/** For tests: a server in place of a Prometheus; it records its queries. */
export async function startStandIn(answer: (asked: RecordedQuery, response: ServerResponse) => void) {
  const asked: RecordedQuery[] = [];
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await readBody(request));
    const number = (name: string) => Number(form.get(name));
    const one = {
      query: form.get('query') ?? '',
      start: number('start') * 1000,
      end: number('end') * 1000,
      step: number('step') * 1000,
      authorization: request.headers.authorization,
    };
    asked.push(one);
    answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export const sendJson = (response: ServerResponse, status: number, document: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));

export const sendMatrix = (response: ServerResponse, result: readonly unknown[]) =>
  sendJson(response, 200, { status: 'success', data: { resultType: 'matrix', result } });

export const sendRefusal = (response: ServerResponse, status: number, errorType: string, error: string) =>
  sendJson(response, status, { status: 'error', errorType, error });
