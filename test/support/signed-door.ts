import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';

export interface SignedDoor extends AsyncDisposable {
  readonly endpoint: string;
}

interface Keeper {
  /** Address to which requests with a valid signature are forwarded. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * A proxy in front of moto, which cannot check the signature of a URL. Requests with one in their query are checked as
 * AWS describes it ("Authenticating requests: using query parameters"), and refused with 403. All others pass.
 */
export async function openSignedDoor(keeper: Keeper): Promise<SignedDoor> {
  const server = createServer((incoming, response) => {
    const { searchParams } = addressOf(incoming);
    if (searchParams.has('X-Amz-Signature') && !holds(incoming, keeper)) response.writeHead(403).end();
    else passOn(incoming, response, keeper.endpoint);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { endpoint: addressOfServer(server), [Symbol.asyncDispose]: () => close(server) };
}

function passOn(incoming: IncomingMessage, response: ServerResponse, endpoint: string): void {
  const { method, url = '/', headers } = incoming;
  const onward = request(endpoint + url, { headers, ...(method === undefined ? {} : { method }) }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

function holds(incoming: IncomingMessage, { accessKeyId, secretAccessKey }: Keeper): boolean {
  const { searchParams } = addressOf(incoming);
  const said = (name: string) => searchParams.get(`X-Amz-${name}`) ?? '';
  const [keyId = '', ...scope] = said('Credential').split('/');
  const begins = Date.parse(said('Date').replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const ends = begins + Number(said('Expires')) * 1000;
  if (keyId !== accessKeyId || said('Algorithm') !== 'AWS4-HMAC-SHA256') return false;
  if (!(begins <= Date.now() + 60_000 && Date.now() < ends)) return false;
  const canonical = createHash('sha256')
    .update(canonicalRequest(incoming, said('SignedHeaders')))
    .digest('hex');
  const text = [said('Algorithm'), said('Date'), scope.join('/'), canonical].join('\n');
  const key = scope.reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${secretAccessKey}`);
  return hmac(key, text).toString('hex') === said('Signature');
}

function canonicalRequest(incoming: IncomingMessage, signedHeaders: string): string {
  const { pathname, searchParams } = addressOf(incoming);
  const query = [...searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const headers = signedHeaders.split(';').map((name) => `${name}:${String(incoming.headers[name]).trim()}\n`);
  return [incoming.method, pathname, query, headers.join(''), signedHeaders, 'UNSIGNED-PAYLOAD'].join('\n');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function addressOf({ url = '/' }: IncomingMessage): URL {
  return new URL(url, 'http://127.0.0.1');
}

function addressOfServer(server: Server): string {
  const bound = server.address();
  return `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
