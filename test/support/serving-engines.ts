import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { ConfigName } from '../../src/platform/config/schema.ts';
import { type Dockerd, startDockerd } from './dockerd.ts';
import { joined } from './joined.ts';
import { type Kubernetes, startKubernetes } from './kubernetes.ts';
import { NAMESPACE, RBAC, serviceAccountConfig } from './kubernetes-bench.ts';

/** An engine that replicas run on, with its settings for a server. */
export interface ServingEngine extends AsyncDisposable {
  readonly backend: 'process' | 'docker' | 'kubernetes';
  readonly settings: Partial<Record<ConfigName, string>>;
  /** Fields of a variant in addition to its model and version. */
  readonly variant: object;
  /** Names of the replicas that it holds for a server with this data folder, including ended ones. */
  held(data: string): Promise<string[]>;
  /** Passes the server's present address to engines whose replicas connect to it. */
  serverAt?(url: string): void;
}

/** A connection is a process of this, and the model a file with its weight: no image needs more than a shell. */
export const HANDLER = `length=0
IFS= read -r request
while IFS= read -r line; do
  line=$(printf %s "$line" | busybox tr -d '\\r' | busybox tr A-Z a-z)
  [ -z "$line" ] && break
  case "$line" in content-length:*) length=\${line#content-length:} ;; esac
done
body=$(busybox head -c $((length)))
say() {
  printf 'HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: %d\\r\\nconnection: close\\r\\n\\r\\n%s' "\${#1}" "$1"
}
case "$request" in
GET*) say '{}' ;;
*)
  case "$body" in *-1*) echo 'it crashes now' >&2; kill -9 "$PPID"; exit ;; esac
  say "{\\"predictions\\":[$(busybox cat "$1/weight")]}" ;;
esac
`;

/** Runs the handler until it receives SIGTERM; a model with a file `broken` ends it immediately. */
export const SERVER = `[ -e {model}/broken ] && { echo 'no such model' >&2; exit 3; }
/bin/busybox nc -ll -p {port} -e /bin/busybox sh {model}/handler.sh {model} &
child=$!
trap "kill $child; exit 0" TERM
wait $child
exit 7`;

const COMMAND = ['/bin/busybox', 'sh', '-c', SERVER];

export async function processServing(): Promise<ServingEngine> {
  return {
    backend: 'process',
    settings: {},
    variant: { backend: 'process', process: { command: COMMAND, protocol: 'mlflow' } },
    held: async (data) => namesIn(join(data, 'serving', 'replicas')),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export interface DockerServing extends ServingEngine {
  readonly dockerd: Dockerd;
}

const NETWORK = 'replicas';

export async function dockerServing(): Promise<DockerServing> {
  const dockerd = await startDockerd({ options: ['--live-restore'] });
  const network = await dockerd.api.createNetwork({ Name: NETWORK, Driver: 'bridge' });
  return {
    dockerd,
    backend: 'docker',
    settings: { docker: dockerd.address, dockerReplicaNetwork: NETWORK },
    variant: {
      backend: 'docker',
      container: { image: dockerd.image, command: COMMAND, protocol: 'mlflow', grace: '5s' },
    },
    held: () => dockerd.containers(),
    async [Symbol.asyncDispose]() {
      for (const name of await dockerd.containers()) await dockerd.api.getContainer(name).remove({ force: true });
      await network.remove().catch(() => undefined);
      await dockerd[Symbol.asyncDispose]();
    },
  };
}

export interface KubernetesServing extends ServingEngine {
  readonly cluster: Kubernetes;
  kubectl(...words: string[]): string;
}

export async function kubernetesServing(bin: string): Promise<KubernetesServing> {
  const cluster = await startKubernetes(bin);
  cluster.apply(readFileSync(RBAC, 'utf8'));
  const door = await openDoor();
  const image = cluster.node.image.name;
  const kubectl = (...words: string[]) => cluster.kubectl('--namespace', NAMESPACE, ...words);
  const names = (text: string) => text.split('\n').filter((name) => name !== '');
  return {
    cluster,
    kubectl,
    backend: 'kubernetes',
    settings: {
      kubernetes: serviceAccountConfig(cluster),
      kubernetesNamespace: NAMESPACE,
      kubernetesAgentImage: image,
      kubernetesReplicaAddress: 'pod',
      publicUrl: `http://${cluster.address}:${door.port}`,
    },
    variant: {
      backend: 'kubernetes',
      container: { image, command: COMMAND, protocol: 'mlflow', grace: '5s' },
    },
    held: async () => names(kubectl('get', 'pods', '-l', 'app.kubernetes.io/name=steelyard-serving', '-o', 'name')),
    serverAt: door.leadTo,
    async [Symbol.asyncDispose]() {
      door[Symbol.dispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** A port that pods reach, whichever server is behind it. */
async function openDoor() {
  let to = 0;
  const door = createServer((inward) => {
    const outward = connect(to, '127.0.0.1');
    joined(inward, outward);
  });
  await once(door.listen(0, '0.0.0.0'), 'listening');
  return {
    port: (door.address() as AddressInfo).port,
    leadTo(url: string) {
      to = Number(new URL(url).port);
    },
    [Symbol.dispose]: () => void door.close(),
  };
}

function namesIn(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder);
}
