import { z } from 'zod';
import { ObjectsAddress } from '../objects/schema.ts';
import { checkLakeEngine, lakeEngineSettings } from './lake-engine/schema.ts';
import { checkServers, serverSettings } from './servers/schema.ts';
import { checkSignOn, signOnSettings } from './sign-on/schema.ts';

const AddressRanges = z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]));

/** The items of a comma-separated setting, without the spaces around them. */
export function splitList(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

const KUBERNETES_NAME = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/;
const KubernetesNames = z
  .string()
  .refine(
    (list) => splitList(list).every((name) => KUBERNETES_NAME.test(name)),
    'names of Kubernetes, comma-separated, such as "research, batch"',
  )
  .default('');

const settings = z.strictObject({
  data: z.string().min(1).default('.steelyard').describe('Data folder: store, lake, objects. Created if missing.'),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Only loopback is accepted unless accounts are on.'),
  port: z.coerce
    .number({ error: 'a whole number from 0 to 65535' })
    .int()
    .min(0)
    .max(65535)
    .default(4610)
    .describe('TCP port; 0 takes a free one.'),
  allowedHosts: z
    .string()
    .default('')
    .describe(
      'Further host names, comma-separated, that the Host header may have (loopback names are always allowed).',
    ),
  trustedProxies: z
    .string()
    .refine(
      (list) => AddressRanges.safeParse(splitList(list)).success,
      'addresses or ranges, comma-separated, such as "10.0.0.0/8, ::1"',
    )
    .default('')
    .describe(
      'Addresses or CIDR ranges, comma-separated, of reverse proxies; X-Forwarded-For is trusted only from these. Default: none.',
    ),
  accounts: z
    .enum(['off', 'on'])
    .default('off')
    .describe('"on": every caller needs an account. "off": for one person, on loopback only; every caller is "local".'),
  accessReads: z
    .enum(['everything', 'teams'])
    .default('everything')
    .describe(
      '"everything": every account reads the data of all teams, except leaders. "teams": viewers and contributors read the data of their teams, finance all costs (docs/access.md).',
    ),
  database: z
    .string()
    .regex(/^(sqlite|postgres(ql)?:\/\/.+)$/, '"sqlite" or a postgresql:// address')
    .default('sqlite')
    .describe('"sqlite" keeps the store in the data folder; a postgresql:// address uses that server.'),
  objects: ObjectsAddress.optional().describe(
    'Bucket for artifacts, "s3://bucket/prefix?region=…" or "azure-blob://container/prefix?account=…"; default: the data folder.',
  ),
  predictionFsync: z
    .enum(['always', 'interval'])
    .default('always')
    .describe(
      '"always": predictions and labels are on the disk before the response. "interval": they are written every second, so that a loss of power may lose the last second.',
    ),
  docker: z
    .string()
    .regex(/^(unix:\/\/\/.+|tcp:\/\/[^/\s]+:\d+)$/, '"unix:///path/of/docker.sock" or "tcp://host:port"')
    .optional()
    .describe('Docker Engine that runs work, for example "unix:///var/run/docker.sock"; default: none.'),
  dockerCertificates: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder with ca.pem, cert.pem and key.pem for a Docker Engine at tcp://; an engine on another machine requires TLS.',
    ),
  dockerNetwork: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*$/, 'the name of a network of the Docker Engine')
    .default('bridge')
    .describe('Network of the containers that run work: "bridge", "none", "host" or one that the engine has.'),
  dockerGpuModel: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Model of the GPUs of the Docker Engine, as work names it ("H100"); default: unknown, and work that requests a GPU model is refused.',
    ),
  dockerReplicaNetwork: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*$/, 'the name of a network of the Docker Engine')
    .default('bridge')
    .describe('Network of the containers that serve models: "bridge" or one that the engine has.'),
  dockerReplicaAddress: z
    .enum(['published', 'container'])
    .default('published')
    .describe(
      'Address of these containers: "published" is a port of 127.0.0.1, for an engine on this machine; "container" is the address in the network.',
    ),
  servingRegistries: z
    .string()
    .regex(
      /^([\w.:/-]+(\s*,\s*[\w.:/-]+)*)?$/,
      'registries, comma-separated, such as "ghcr.io/acme, registry.example.org:5000"',
    )
    .default('')
    .describe(
      'Registries, comma-separated, with or without a path ("ghcr.io/acme"), from which images that serve models may be pulled; default: none, the engine must have the images.',
    ),
  lake: ObjectsAddress.optional().describe(
    'Bucket for the lake (bill rows, predictions, readings) of a new installation, an address as in "objects"; default: the data folder. "steelyard lake move" moves a lake that has data.',
  ),
  lakeCache: z
    .string()
    .regex(/^\d+(\.\d+)?(MB|GB)$/, 'a size such as "512MB" or "20GB"')
    .default('20GB')
    .describe('Size of the copies of lake files that each server keeps on its disk when the lake is in a bucket.'),
  lakeCacheFolder: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder for these copies, on a local disk, not shared with another server; default: the data folder, with several servers the folder of the server in it.',
    ),
  lakeMemory: z
    .string()
    .regex(/^\d+(\.\d+)?(MB|GB)$/, 'a size such as "512MB" or "2GB"')
    .default('1GB')
    .describe('Memory limit of the query engine; above it, work spills to the data folder.'),
  lakeThreads: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('Threads of the query engine; default: cores.'),
  ...lakeEngineSettings,
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe level that is logged.'),
  webhookAllowedHosts: z
    .string()
    .default('')
    .describe(
      'Hosts, comma-separated (`name` or `name:port`), that webhooks may call although they are internal or without TLS.',
    ),
  smtpUrl: z
    .string()
    .regex(/^(env:[A-Za-z_]\w*|file:\/.+)$/, '"env:NAME" or "file:/absolute/path"')
    .optional()
    .describe(
      'Reference to the address of the SMTP server for notices ("smtps://user:password@mail.example.org"): "env:NAME" or "file:/absolute/path". Never the address.',
    ),
  smtpFrom: z
    .string()
    .max(250)
    .regex(/^[^\s@]+@[^\s@]+$/, 'an e-mail address')
    .optional()
    .describe('Sender address of notices; without it and `smtpUrl` no e-mail is sent.'),
  openLineageUrl: z
    .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
    .optional()
    .describe(
      'URL to which OpenLineage events of runs are posted, for example "https://marquez/api/v1/lineage"; default: none.',
    ),
  openLineageToken: z
    .string()
    .regex(/^(env:[A-Za-z_]\w*|file:\/.+)$/, '"env:NAME" or "file:/absolute/path"')
    .optional()
    .describe(
      'Reference to the bearer token for openLineageUrl: "env:NAME" or "file:/absolute/path". Never the token.',
    ),
  openLineageNamespace: z
    .string()
    .min(1)
    .max(200)
    .default('steelyard')
    .describe(
      'Namespace of jobs and models in OpenLineage events; unique for each server that reports to the same receiver.',
    ),
  processExecutor: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      'Whether pipelines may run commands as processes of this machine, with the permissions of the server; "auto": only without accounts.',
    ),
  processUser: z
    .string()
    .regex(/^[A-Za-z_0-9][\w.-]{0,63}$/, 'the name or number of a user of this machine')
    .optional()
    .describe(
      'User of this machine that steps of pipelines run as on the process executor; needs a server that runs as root. Default: the user of the server.',
    ),
  awsPriceRegion: z
    .string()
    .regex(/^[a-z0-9-]{2,60}$/, 'a region such as "us-east-1"')
    .default('us-east-1')
    .describe('Home region for AWS prices: region of an instance type without a stated region.'),
  azurePriceRegion: z
    .string()
    .regex(/^[a-z0-9-]{2,60}$/, 'a region such as "eastus"')
    .default('eastus')
    .describe('Home region for Azure prices: region of an instance type without a stated region.'),
  priceCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'a currency such as "USD"')
    .default('USD')
    .describe('Currency of a price that a bill or a price list has in several currencies.'),
  reportingCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'a currency such as "EUR"')
    .optional()
    .describe(
      'Reporting currency: cost summaries and statements are also converted to it, at the exchange rates of each day; soft budgets convert other currencies to their own. Bills keep their currency.',
    ),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
    .optional()
    .describe(
      'Public address of this server; its host must be in allowedHosts. Pods download and upload their files at this address.',
    ),
  kubernetes: z
    .string()
    .regex(/^(in-cluster|\/.+)$/, '"in-cluster" or the absolute path of a kubeconfig file')
    .optional()
    .describe(
      'Cluster to run work on: the absolute path of a kubeconfig file, or "in-cluster" (the server runs in a pod of it); default: none.',
    ),
  kubernetesNamespace: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a name of Kubernetes')
    .default('steelyard-work')
    .describe('Namespace in which work runs.'),
  kubernetesAgentImage: z
    .string()
    .min(1)
    .default('busybox:1.37.0-musl')
    .describe(
      'Image that downloads workspaces and uploads outputs: sh, tar, nc or curl, and a static busybox; curl where publicUrl is https.',
    ),
  kubernetesNodes: z
    .enum(['fixed', 'growing'])
    .default('fixed')
    .describe(
      '"fixed": work that fits on no node of the cluster is refused. "growing": the cluster adds nodes on demand, and work waits for them.',
    ),
  kubernetesQueues: KubernetesNames.describe(
    'Queues of Kueue (LocalQueues of the namespace), comma-separated, that steps may name. Default: none.',
  ),
  kubernetesPriorities: KubernetesNames.describe(
    'WorkloadPriorityClasses of Kueue, comma-separated, that steps in a queue may name. Default: none.',
  ),
  kubernetesReplicaAddress: z
    .enum(['auto', 'pod', 'proxy'])
    .default('auto')
    .describe(
      'Address of pods that serve models: "pod" is the pod address, which this server must reach; "proxy" goes through the API server and requires the permission pods/proxy; "auto": "pod" if the server runs in the cluster, else "proxy".',
    ),
  gpuPrometheus: z
    .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
    .optional()
    .describe(
      'Prometheus that scrapes the DCGM exporter of the nodes of the cluster: source of GPU usage of work on Kubernetes; default: none, GPU usage is not read.',
    ),
  predictionDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'Retention of predictions in days, by the time of the prediction. Preview with "steelyard prediction retention". Default: unlimited.',
    ),
  labelDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe('Retention of labels of predictions in days, by the time of observation. Default: unlimited.'),
  rawBillDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'Retention of raw bill files in days, by the time of receipt; their rows are kept. Preview with "steelyard retention tables". Default: unlimited.',
    ),
  supersededDeliveryDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'Retention in days of superseded deliveries of bills, from the time another delivery replaced them. Default: unlimited.',
    ),
  gpuReadingDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(2)
    .max(3650)
    .default(45)
    .describe('Retention of separate GPU readings in days; older days keep only their roll-up, with the idle time.'),
  maxUploadBytes: z.coerce
    .number({ error: 'a whole number of bytes' })
    .int()
    .positive()
    .default(64 * 1024 ** 3)
    .describe('Largest single upload (bill file, artifact), in bytes.'),
  anomalyMinImpactPercent: z.coerce
    .number({ error: 'a percentage from 0 to 100' })
    .min(0)
    .max(100)
    .default(1)
    .describe(
      'Minimum impact of a counted anomaly, as a percentage of the spend of its scope over the 30 days to its last day. Smaller anomalies are listed and not counted.',
    ),
  ...signOnSettings,
  ...serverSettings,
});

/** Every setting there is. docs/configuration.md is generated from this schema; the names of the variables too. */
export const ConfigSchema = settings.superRefine((config, context) => {
  for (const { name, message } of [...checkSignOn(config), ...checkServers(config), ...checkLakeEngine(config)])
    context.addIssue({ code: 'custom', path: [name], message });
});

export type Config = z.infer<typeof ConfigSchema>;
export type ConfigName = keyof Config;
