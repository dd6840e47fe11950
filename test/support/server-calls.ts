import { connect as connectTo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { getPipelineRun, isOver, PipelineRun } from '../../src/mlops/pipelines/schema.ts';
import { toEnvironmentName } from '../../src/platform/config/index.ts';
import { buildUrl, type CallInput, type Endpoint, type ResponseOf } from '../../src/platform/contract/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { joined } from './joined.ts';
import type { Engine } from './pipeline-engines.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const LOOK_MS = 50;

/** Calls an endpoint of a server in another process, as a client would. */
export async function ask<E extends Endpoint>(
  server: Pick<ServerProcess, 'url'>,
  target: E,
  input: CallInput<E> = {},
): Promise<ResponseOf<E>> {
  const body =
    input.body === undefined
      ? {}
      : { body: JSON.stringify(input.body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(server.url + buildUrl(target, input), { method: target.method, ...body });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json() as Promise<ResponseOf<E>>;
}

export async function applyTo(server: ServerProcess, text: string): Promise<void> {
  await ask(server, postApply, { body: { documents: [{ file: 'steelyard.yaml', text }] } });
}

/** A run of a pipeline once it is over. */
export async function overRun(server: ServerProcess, pipeline: string, run: string): Promise<PipelineRun> {
  for (;;) {
    const now = PipelineRun.parse(await ask(server, getPipelineRun, { params: { pipeline, run } }));
    if (isOver(now.state)) return now;
    await pause(LOOK_MS); // another process: polling its answers is the only way to wait
  }
}

/** A server in a separate process, with an engine whose work reaches it at one address across restarts. */
export async function startServerWith(engine: Pick<Engine, 'settings'>, data: string): Promise<ServerProcess> {
  const door: { server: ServerProcess | null } = { server: null };
  const front = createServer((inward) => {
    const outward = connectTo(Number(new URL(door.server?.url ?? 'http://127.0.0.1:1').port), '127.0.0.1');
    joined(inward, outward);
  });
  const port = await new Promise<number>((resolve) => {
    front.listen(0, '0.0.0.0', () => {
      const address = front.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const settings = Object.entries(engine.settings(port)).map(([name, value]) => [
    toEnvironmentName(name),
    String(value),
  ]);
  const server = await startServerProcess(data, Object.fromEntries(settings));
  door.server = server;
  return {
    get url() {
      return server.url;
    },
    get pid() {
      return server.pid;
    },
    kill: server.kill,
    stop: server.stop,
    send: server.send,
    startAgain: server.startAgain,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      front.close();
    },
  };
}
