import { request } from 'node:http';
import { Readable } from 'node:stream';
import { TrackingClient } from '../tracking-client.ts';
import type { Session } from './session.ts';

const PART = Buffer.alloc(1 << 20, 'steelyard');
const MB = 1_000_000;

/** One large artifact through the proxy, up and down, and the growth of the server's memory. */
export async function artifactCase(session: Session): Promise<void> {
  const { artifactBytes } = session.sizes;
  const runId = await new TrackingClient(session.connection, session.server.url).createRun();
  const url = `${session.server.url}/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/model.bin`;
  const size = artifactBytes >= 1 << 30 ? `${artifactBytes / (1 << 30)} GiB` : `${artifactBytes / (1 << 20)} MiB`;
  for (const direction of ['up', 'down'] as const) {
    using memory = watchMemory(session);
    const startedAt = performance.now();
    const bytes = direction === 'up' ? await upload(url, artifactBytes) : await download(url);
    const seconds = (performance.now() - startedAt) / 1000;
    session.measured(`artifact of ${size}, ${direction}`, 'MB/s', artifactBytes / MB / seconds);
    session.measured(`artifact of ${size}, ${direction}: memory more than before`, 'MB', memory.growth() / MB);
    session.answered(`bytes of the artifact ${direction}`, bytes);
  }
}

/** Highest memory of the server's processes above the initial value, sampled ten times a second. */
function watchMemory({ server }: Session): Disposable & { growth(): number } {
  const before = server.facts().proportionalBytes;
  let highest = before;
  const look = () => {
    highest = Math.max(highest, server.facts().proportionalBytes);
  };
  const timer = setInterval(look, 100);
  return { growth: () => highest - before, [Symbol.dispose]: () => clearInterval(timer) };
}

function upload(url: string, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': bytes };
    const sent = request(url, { method: 'PUT', headers }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === 200) resolve(bytes);
        else reject(new Error(`upload: ${answer.statusCode}`));
      });
    });
    sent.on('error', reject);
    Readable.from(parts(bytes)).pipe(sent);
  });
}

function* parts(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= PART.length) yield left < PART.length ? PART.subarray(0, left) : PART;
}

function download(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on('error', reject).on('end', () => resolve(bytes));
    })
      .on('error', reject)
      .end();
  });
}
