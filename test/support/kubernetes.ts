import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ClusterCertificates,
  kubeconfigOf,
  makeClusterCertificates,
  type Person,
} from './kubernetes-certificates.ts';
import { type KubernetesNode, nodeAddress, startKubernetesNode } from './kubernetes-node.ts';
import { spawnLogged, until } from './logged-program.ts';

/**
 * A real Kubernetes on this machine: etcd, kube-apiserver with RBAC, kube-controller-manager, kube-scheduler, and a node on
 * which pods run (kubelet, containerd, runc). Nothing of it is a double. Needs root on Linux.
 */
export interface Kubernetes extends AsyncDisposable {
  readonly folder: string;
  /** The machine's address as pods see it. */
  readonly address: string;
  readonly node: KubernetesNode;
  /** Path of the kubeconfig of an administrator. */
  readonly admin: string;
  /** Writes the kubeconfig of a user of this name, without permissions until a role is bound to it. */
  person(name: string, namespace?: string): string;
  kubectl(...args: string[]): string;
  apply(manifest: object | string): void;
  /** Kills the apiserver; requests fail until it is started again. */
  stopApiserver(): Promise<void>;
  startApiserver(): Promise<void>;
}

/** Folder of the programs from scripts/build-kubernetes.sh, or null where they do not exist. */
export function findKubernetes(): string | null {
  const bin = process.env.TEST_KUBERNETES_BIN;
  return bin !== undefined && existsSync(join(bin, 'kube-apiserver')) ? bin : null;
}

interface Place {
  readonly bin: string;
  readonly folder: string;
  readonly certificates: ClusterCertificates;
  readonly ports: { readonly etcd: number; readonly peer: number; readonly apiserver: number };
}

export async function startKubernetes(bin: string): Promise<Kubernetes> {
  const folder = mkdtempSync(join(tmpdir(), 'kubernetes-'));
  const address = nodeAddress();
  const certificates = makeClusterCertificates(join(folder, 'certificates'), address);
  const [etcd = 0, peer = 0, apiserver = 0, kubelet = 0] = await freePorts(4);
  const place: Place = { bin, folder, certificates, ports: { etcd, peer, apiserver } };
  const configOf = (person: Person, namespace = 'default') =>
    kubeconfigOf(certificates, `https://127.0.0.1:${apiserver}`, person, namespace);
  const admin = configOf({ name: 'admin', group: 'system:masters' });
  const kubectl = (...args: string[]) => runKubectl(bin, admin, args);
  await using begun = new AsyncDisposableStack();
  begun.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  begun.use(program(place, 'etcd', etcdFlags(place)));
  let door = program(place, 'kube-apiserver', apiserverFlags(place));
  begun.defer(async () => door[Symbol.asyncDispose]());
  await until(() => kubectl('get', '--raw', '/readyz') === 'ok', 'the apiserver');
  begun.use(program(place, 'kube-controller-manager', controllerFlags(place, configOf)));
  begun.use(program(place, 'kube-scheduler', schedulerFlags(configOf)));
  const person: Person = { name: `system:node:${NODE}`, group: 'system:nodes' };
  const node = begun.use(
    await startKubernetesNode({
      bin,
      folder,
      certificates,
      name: NODE,
      address,
      port: kubelet,
      kubeconfig: configOf(person),
    }),
  );
  await until(() => isReady(kubectl), `the node: ${node.said()}`);
  const all = begun.move();
  return {
    folder,
    address,
    node,
    admin,
    person: (name, namespace) => configOf({ name, group: 'people' }, namespace),
    kubectl,
    apply: (manifest) => applyManifest(bin, admin, manifest),
    stopApiserver: async () => door[Symbol.asyncDispose](),
    async startApiserver() {
      door = program(place, 'kube-apiserver', apiserverFlags(place));
      await until(() => kubectl('get', '--raw', '/readyz') === 'ok', 'the apiserver');
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

const NODE = 'node-of-tests';

function isReady(kubectl: (...args: string[]) => string): boolean {
  const ready = '{.items[0].status.conditions[?(@.type=="Ready")].status}';
  return (
    kubectl('get', 'nodes', '-o', `jsonpath=${ready}`) === 'True' &&
    kubectl('get', 'serviceaccount', 'default', '-o', 'name') === 'serviceaccount/default\n'
  );
}

function etcdFlags({ folder, ports }: Place): string[] {
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${ports.etcd}`,
    `--advertise-client-urls=http://127.0.0.1:${ports.etcd}`,
    `--listen-peer-urls=http://127.0.0.1:${ports.peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${ports.peer}`,
    `--initial-cluster=default=http://127.0.0.1:${ports.peer}`,
    '--unsafe-no-fsync',
  ];
}

function apiserverFlags({ certificates: { file }, ports }: Place): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.apiserver}`,
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    '--service-cluster-ip-range=10.230.0.0/24',
    '--endpoint-reconciler-type=none',
    `--service-account-issuer=https://127.0.0.1:${ports.apiserver}/`,
    `--service-account-key-file=${file('service-account.crt')}`,
    `--service-account-signing-key-file=${file('service-account.key')}`,
    `--kubelet-client-certificate=${file('apiserver-kubelet.crt')}`,
    `--kubelet-client-key=${file('apiserver-kubelet.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
  ];
}

type ConfigOf = (person: Person) => string;

function controllerFlags({ certificates: { file } }: Place, configOf: ConfigOf): string[] {
  return [
    `--kubeconfig=${configOf({ name: 'system:kube-controller-manager', group: 'system:masters' })}`,
    `--service-account-private-key-file=${file('service-account.key')}`,
    `--root-ca-file=${file('ca.crt')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--node-monitor-grace-period=20s',
  ];
}

function schedulerFlags(configOf: ConfigOf): string[] {
  return [
    `--kubeconfig=${configOf({ name: 'system:kube-scheduler', group: 'system:masters' })}`,
    '--leader-elect=false',
    '--secure-port=0',
  ];
}

/** A program of the cluster in the background; its output is in its log. */
function program({ bin, folder }: Place, name: string, flags: readonly string[]): AsyncDisposable {
  return spawnLogged(join(bin, name), flags, join(folder, `${name}.log`));
}

/** Free ports, all different. */
async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.once('listening', resolve))));
  return probes.map((probe) => {
    const address = probe.address();
    probe.close();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
}

function runKubectl(bin: string, kubeconfig: string, args: readonly string[], input?: string): string {
  return execFileSync(join(bin, 'kubectl'), ['--kubeconfig', kubeconfig, ...args], {
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
  });
}

function applyManifest(bin: string, kubeconfig: string, manifest: object | string): void {
  runKubectl(bin, kubeconfig, ['apply', '-f', '-'], typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
}
