import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { freePort } from './free-port.ts';
import type { Kubernetes } from './kubernetes.ts';
import { spawnLogged, until } from './logged-program.ts';

/** The controller of Kueue next to a cluster of tests, as a program of this machine. */
export interface Kueue extends AsyncDisposable {
  /** Last output of the controller. */
  said(): string;
}

/** Folder that scripts/build-kueue.sh made, or null where it does not exist. */
export function findKueue(): string | null {
  const folder = process.env.TEST_KUEUE;
  return folder !== undefined && existsSync(join(folder, 'bin', 'kueue')) ? folder : null;
}

const Webhooks = z.object({
  metadata: z.object({ name: z.string() }).loose(),
  webhooks: z.array(z.object({ clientConfig: z.object({ service: z.object({ path: z.string() }) }) }).loose()),
});
/** Webhooks of the objects that the tests have: the controller serves no others. */
const OURS = /-(kueue-x-k8s-io-v1beta2|batch-v1-job)/;
const FLAVOR = { apiVersion: 'kueue.x-k8s.io/v1beta2', kind: 'ResourceFlavor', metadata: { name: 'any' } };

/** Starts Kueue for Jobs. Resolves when it answers the webhooks of the cluster. */
export async function startKueue(cluster: Kubernetes, built: string): Promise<Kueue> {
  const folder = join(cluster.folder, 'kueue');
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates, { recursive: true });
  const source = (name: string) => join(cluster.folder, 'certificates', name);
  copyFileSync(source('apiserver.crt'), join(certificates, 'tls.crt'));
  copyFileSync(source('apiserver.key'), join(certificates, 'tls.key'));
  const port = await freePort();
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(buildConfig(certificates, port)));
  cluster.kubectl('create', 'namespace', 'kueue-system');
  const objects = join(built, 'objects');
  for (const name of readdirSync(objects).filter((each) => each.endsWith('.yaml')))
    cluster.kubectl('create', '-f', join(objects, name));
  cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
  const log = join(folder, 'kueue.log');
  const program = spawnLogged('unshare', buildCommand(cluster, built, certificates, config), log);
  const said = () => (existsSync(log) ? readFileSync(log, 'utf8').slice(-3000) : '');
  await using begun = new AsyncDisposableStack();
  begun.use(program);
  const webhooks = readWebhooks(join(objects, 'webhooks'), port, readFileSync(source('ca.crt')));
  cluster.apply({ apiVersion: 'v1', kind: 'List', items: webhooks });
  // A webhook that does not answer refuses the object.
  await until(() => {
    cluster.apply(FLAVOR);
    return true;
  }, `Kueue: ${said()}`);
  const all = begun.move();
  return { said, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function buildConfig(certDir: string, port: number): object {
  return {
    apiVersion: 'config.kueue.x-k8s.io/v1beta2',
    kind: 'Configuration',
    health: { healthProbeBindAddress: '0' },
    metrics: { bindAddress: '0' },
    webhook: { host: '127.0.0.1', port, certDir },
    leaderElection: { leaderElect: false },
    internalCertManagement: { enable: false },
    integrations: { frameworks: ['batch/job'] },
  };
}

/** Without managed certificates, Kueue reads those of its metrics from a fixed folder: it gets a separate `/etc`. */
function buildCommand({ admin }: Kubernetes, built: string, certificates: string, config: string): string[] {
  const script =
    'mount -t tmpfs tmpfs /etc && mkdir -p /etc/kueue/metrics && cp -r "$1" /etc/kueue/metrics/certs && shift && exec "$@"';
  const kueue = [
    join(built, 'bin', 'kueue'),
    `--config=${config}`,
    `--kubeconfig=${admin}`,
    '--feature-gates=VisibilityOnDemand=false',
  ];
  return ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', certificates, ...kueue];
}

/** Kueue's webhooks at an address of this machine: the API server cannot reach the Services of its cluster. */
function readWebhooks(file: string, port: number, authority: Buffer): object[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    const { metadata, webhooks, ...rest } = Webhooks.loose().parse(document.toJS());
    const ours = webhooks.filter(({ clientConfig }) => OURS.test(clientConfig.service.path));
    return {
      ...rest,
      metadata: { ...metadata, name: `kueue-${metadata.name}` },
      webhooks: ours.map(({ clientConfig: { service }, ...webhook }) => ({
        ...webhook,
        clientConfig: { url: `https://127.0.0.1:${port}${service.path}`, caBundle: authority.toString('base64') },
      })),
    };
  });
}
