import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { ClusterCertificates } from './kubernetes-certificates.ts';
import { type ImageFile, makeShellImage } from './kubernetes-images.ts';
import { spawnLogged, until } from './logged-program.ts';

/** A node on which pods run: kubelet, containerd and runc, with an address for each pod. */
export interface KubernetesNode extends AsyncDisposable {
  readonly name: string;
  /** An image with a shell that is on the node, so no registry is needed. */
  readonly image: ImageFile;
  /** Last output of the kubelet. */
  said(): string;
}

interface NodeRequest {
  readonly bin: string;
  readonly folder: string;
  readonly certificates: ClusterCertificates;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly kubeconfig: string;
}

/** The first address of this machine that is not its own alone. */
export function nodeAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const found = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (found === undefined) throw new Error('This machine has no address that a pod could reach.');
  return found.address;
}

export async function startKubernetesNode(request: NodeRequest): Promise<KubernetesNode> {
  const folder = join(request.folder, 'node');
  const cgroup = `steelyard-${randomBytes(4).toString('hex')}`;
  const net = `10.231.${randomBytes(1)[0]}`;
  await using begun = new AsyncDisposableStack();
  begun.defer(() => removeNetworks(net));
  const socket = startContainerd(folder, net, begun);
  await until(() => ctr(socket, 'version') !== '', 'containerd');
  const image = makeShellImage(join(folder, 'images'));
  ctr(socket, 'images', 'import', image.file);
  makeCgroups(cgroup);
  begun.defer(() => removeCgroups(cgroup));
  begun.defer(() => unmountBelow(folder));
  const log = join(request.folder, 'kubelet.log');
  begun.use(spawnLogged(join(request.bin, 'kubelet'), kubeletFlags(request, folder, socket, cgroup), log));
  begun.defer(() => removePods(socket));
  const all = begun.move();
  return {
    name: request.name,
    image,
    said: () => (existsSync(log) ? readFileSync(log, 'utf8').slice(-3000) : ''),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function startContainerd(folder: string, net: string, begun: AsyncDisposableStack): string {
  for (const name of ['', 'cni', 'opt', 'kubelet', 'pod-logs', 'images'])
    mkdirSync(join(folder, name), { recursive: true });
  const socket = join(folder, 'containerd.sock');
  writeFileSync(join(folder, 'containerd.toml'), containerdConfig(folder, socket));
  writeFileSync(join(folder, 'cni', '10-pods.conflist'), JSON.stringify(podNetwork(folder, net)));
  begun.use(spawnLogged('containerd', ['--config', join(folder, 'containerd.toml')], join(folder, 'containerd.log')));
  return socket;
}

function containerdConfig(folder: string, socket: string): string {
  return `version = 2
root = "${folder}/containerd"
state = "${folder}/containerd-state"
[grpc]
address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
path = "${folder}/opt"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "steelyard.test/shell:1"
# Root of a container may not lower the scores by which the kernel chooses whom to kill.
restrict_oom_score_adj = true
stream_server_address = "127.0.0.1"
[plugins."io.containerd.grpc.v1.cri".containerd]
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${folder}/cni"
`;
}

/** Each pod has a separate address and a route to this machine. */
function podNetwork(folder: string, net: string): object {
  const subnet = `${net}.0/24`;
  const ipam = { type: 'host-local', subnet, dataDir: join(folder, 'cni-data'), routes: [{ dst: '0.0.0.0/0' }] };
  return { cniVersion: '0.4.0', name: 'pods', plugins: [{ type: 'ptp', ipam }] };
}

function kubeletFlags(request: NodeRequest, folder: string, socket: string, cgroup: string): string[] {
  const config = join(folder, 'kubelet.json');
  writeFileSync(config, JSON.stringify(kubeletConfig(request, folder, socket, cgroup)));
  return [
    `--config=${config}`,
    `--kubeconfig=${request.kubeconfig}`,
    `--hostname-override=${request.name}`,
    `--node-ip=${request.address}`,
    `--root-dir=${join(folder, 'kubelet')}`,
    `--cert-dir=${join(folder, 'kubelet-certificates')}`,
    '--node-labels=node.kubernetes.io/instance-type=test.small',
  ];
}

function kubeletConfig({ certificates, port }: NodeRequest, folder: string, socket: string, cgroup: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    port,
    address: '0.0.0.0',
    healthzPort: 0,
    readOnlyPort: 0,
    tlsCertFile: certificates.file('kubelet.crt'),
    tlsPrivateKeyFile: certificates.file('kubelet.key'),
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: certificates.file('ca.crt') },
    },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${socket}`,
    podLogsDir: join(folder, 'pod-logs'),
    volumePluginDir: join(folder, 'volume-plugins'),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    resolvConf: '',
    enableControllerAttachDetach: false,
    localStorageCapacityIsolation: false,
    // A machine of tests may be full; pods must not be put out for that.
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'imagefs.available': '0%',
      'nodefs.inodesFree': '0%',
    },
    imageGCHighThresholdPercent: 100,
    syncFrequency: '5s',
    nodeStatusUpdateFrequency: '5s',
  };
}

const CGROUPS = '/sys/fs/cgroup';
const NETWORKS = '/var/run/netns';

/** Parent cgroup of the node's pods: without it, two nodes on one machine would remove each other's cgroups. */
function makeCgroups(name: string): void {
  for (const folder of hierarchies()) mkdirSync(join(folder, name), { recursive: true });
}

/** Version 2 has one hierarchy, version 1 has one for each controller. */
function hierarchies(): string[] {
  if (existsSync(join(CGROUPS, 'cgroup.controllers'))) return [CGROUPS];
  return readdirSync(CGROUPS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'unified')
    .map((entry) => join(CGROUPS, entry.name));
}

/** The kernel may mount cgroup v2 in addition to v1, without controllers. */
function removeCgroups(name: string): void {
  for (const folder of [...hierarchies(), join(CGROUPS, 'unified')]) removeFolders(join(folder, name));
}

/** A cgroup is removed as an empty folder; its files are the kernel's. */
function removeFolders(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeFolders(join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
  } catch {
    // a process is still in it: it is removed with the machine
  }
}

function removePods(socket: string): void {
  for (const id of lines(ctr(socket, 'tasks', 'list', '-q'))) tryCtr(socket, 'tasks', 'delete', '--force', id);
  for (const id of lines(ctr(socket, 'containers', 'list', '-q'))) tryCtr(socket, 'containers', 'delete', id);
}

/** Removes the networks of pods that ended with their node: those with an address of this node. */
function removeNetworks(net: string): void {
  for (const name of existsSync(NETWORKS) ? readdirSync(NETWORKS) : []) {
    const place = join(NETWORKS, name);
    try {
      const addresses = execFileSync('nsenter', [`--net=${place}`, 'ip', '-4', 'address'], { encoding: 'utf8' });
      if (!addresses.includes(` ${net}.`)) continue;
      execFileSync('umount', [place], { stdio: 'ignore' });
      rmSync(place, { force: true });
    } catch {
      // it has already ended
    }
  }
}

function unmountBelow(folder: string): void {
  const mounts = lines(readFileSync('/proc/self/mounts', 'utf8'))
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.toReversed()) execFileSync('umount', ['-l', path], { stdio: 'ignore' });
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

function ctr(socket: string, ...args: string[]): string {
  return execFileSync('ctr', ['-a', socket, '-n', 'k8s.io', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function tryCtr(socket: string, ...args: string[]): void {
  try {
    ctr(socket, ...args);
  } catch {
    // it has already ended
  }
}
