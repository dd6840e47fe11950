import { mkdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { TakenPod } from '../../compute/index.ts';
import type { Cluster } from '../cluster.ts';
import type { Pod } from '../objects.ts';

/** Route from this server to a pod. */
export interface Reach {
  to(pod: Pod, port: number, ended: Promise<unknown>): Promise<TakenPod['address']>;
  /** Reason why a pod that is ready for its node may be unreachable for this server, one sentence. */
  unheard(address: TakenPod['address']): string;
}

/** By the pod's IP address, which must be reachable from this server. */
export const byAddress: Reach = {
  to: async ({ status: { podIP = '' } }, port) => ({ host: podIP, port }),
  unheard: (address) =>
    `Kubernetes reports the pod as ready, but this server gets no response at ${'host' in address ? `${address.host}:${address.port}` : ''}. If pod addresses are not reachable from this server, set kubernetesReplicaAddress to "proxy".`,
};

interface ProxyDeps {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Folder of the sockets. Only the server's user may enter it. */
  readonly folder: string;
}

/** Through the API server: a socket of this server's for each pod, that passes requests on with its credentials. */
export function reachByProxy({ cluster, namespace, folder }: ProxyDeps): Reach {
  return {
    async to({ metadata: { name } }, port, ended) {
      const base = `/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy`;
      const socketPath = join(folder, `${name.slice(-24)}.sock`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rm(socketPath, { force: true });
      const relay = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
        pass(cluster, base, request, response).catch(() => response.destroy());
      });
      relay.unref();
      await new Promise<void>((resolve, reject) => {
        relay.once('error', reject);
        relay.listen(socketPath, resolve);
      });
      void ended.then(() => {
        relay.close();
        relay.closeAllConnections();
      });
      return { socketPath };
    },
    unheard: () => 'Kubernetes reports the pod as ready, but this server gets no response through the API server.',
  };
}

/** Hop-by-hop headers, and headers that would act on the API server itself. */
const NOT_PASSED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'authorization', 'host']);

async function pass(cluster: Cluster, base: string, from: IncomingMessage, to: ServerResponse): Promise<void> {
  const path = from.url ?? '/';
  // It would lead to another place than the pod.
  if (/(^|\/)(\.|%2e){1,2}(\/|$|\?)/i.test(path)) {
    to.writeHead(400).end();
    return;
  }
  const given = Object.entries(from.headers).filter(([name]) => !NOT_PASSED.has(name));
  const asking = await cluster.open({
    method: from.method ?? 'GET',
    path: base + path,
    headers: Object.fromEntries(given),
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    asking.once('response', resolve);
    asking.once('error', reject);
  });
  to.once('close', () => asking.destroy());
  from.pipe(asking);
  const answer = await answered;
  const headers = Object.entries(answer.headers).filter(([name]) => !NOT_PASSED.has(name));
  to.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
  await pipeline(answer, to);
}
