import { z } from 'zod';
import { ObjectsAddress } from '../objects/schema.ts';

const AddressRanges = z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]));

/** The items of a comma-separated setting, without the spaces around them. */
export function splitList(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Every setting there is. docs/configuration.md is generated from this schema; the names of the variables too. */
export const ConfigSchema = z.strictObject({
  data: z.string().min(1).default('.steelyard').describe('Data folder: store, lake, objects. Made when missing.'),
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
    .describe('Further host names, comma-separated, that the Host header may carry (loopback names always may).'),
  trustedProxies: z
    .string()
    .refine(
      (list) => AddressRanges.safeParse(splitList(list)).success,
      'addresses or ranges, comma-separated, such as "10.0.0.0/8, ::1"',
    )
    .default('')
    .describe(
      'Addresses or CIDR ranges, comma-separated, of proxies in front; X-Forwarded-For is believed from these alone. Default: none.',
    ),
  accounts: z
    .enum(['off', 'on'])
    .default('off')
    .describe(
      '"on": everybody needs an account. "off" is for one person, on loopback only: whoever reaches it is "local".',
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
      '"always": predictions and labels are on the disk before they are answered. "interval": every second, so that a loss of power may take the last one.',
    ),
  docker: z
    .string()
    .regex(/^(unix:\/\/\/.+|tcp:\/\/[^/\s]+:\d+)$/, '"unix:///path/of/docker.sock" or "tcp://host:port"')
    .optional()
    .describe('Docker Engine that runs work, for example "unix:///var/run/docker.sock"; default: none is offered.'),
  dockerCertificates: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder with ca.pem, cert.pem and key.pem for a Docker Engine at tcp://; one on another machine is reached by TLS alone.',
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
      'Model of the GPUs of the Docker Engine, as work names it ("H100"); default: unknown, and work that names one is refused.',
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
      'How those are reached: "published" by a port of 127.0.0.1, where the engine is on this machine; "container" by their own address in the network.',
    ),
  servingRegistries: z
    .string()
    .regex(
      /^([\w.:/-]+(\s*,\s*[\w.:/-]+)*)?$/,
      'registries, comma-separated, such as "ghcr.io/acme, registry.example.org:5000"',
    )
    .default('')
    .describe(
      'Registries, comma-separated, each with a path or without ("ghcr.io/acme"), from which images that serve models may be fetched; default: none, so that the engine must have them.',
    ),
  lakeMemory: z
    .string()
    .regex(/^\d+(\.\d+)?(MB|GB)$/, 'a size such as "512MB" or "2GB"')
    .default('1GB')
    .describe('Memory that the query engine may take; beyond it work spills to the data folder.'),
  lakeThreads: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('Threads of the query engine; default: cores.'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe level that is logged.'),
  webhookAllowedHosts: z
    .string()
    .default('')
    .describe(
      'Hosts, comma-separated (`name` or `name:port`), that webhooks may lead to although they are internal or without TLS.',
    ),
  smtpUrl: z
    .string()
    .regex(/^(env:[A-Za-z_]\w*|file:\/.+)$/, '"env:NAME" or "file:/absolute/path"')
    .optional()
    .describe(
      'Where the address of the SMTP server for notices is, such as "smtps://user:password@mail.example.org": "env:NAME" or "file:/absolute/path". Never the address.',
    ),
  smtpFrom: z
    .string()
    .max(250)
    .regex(/^[^\s@]+@[^\s@]+$/, 'an e-mail address')
    .optional()
    .describe('Address that notices come from; without it and `smtpUrl` no e-mail is sent.'),
  openLineageUrl: z
    .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
    .optional()
    .describe(
      'Where OpenLineage events of runs are posted, for example "https://marquez/api/v1/lineage"; default: nowhere.',
    ),
  openLineageToken: z
    .string()
    .regex(/^(env:[A-Za-z_]\w*|file:\/.+)$/, '"env:NAME" or "file:/absolute/path"')
    .optional()
    .describe('Where the bearer token for openLineageUrl is: "env:NAME" or "file:/absolute/path". Never the token.'),
  openLineageNamespace: z
    .string()
    .min(1)
    .max(200)
    .default('steelyard')
    .describe('Namespace of jobs and models in OpenLineage events; one for each server that reports to one receiver.'),
  processExecutor: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      'Whether pipelines may run commands as processes of this machine, with all that the server may do: "auto" without accounts only.',
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
    .describe('AWS region of an instance type for which nobody says a region, in prices.'),
  azurePriceRegion: z
    .string()
    .regex(/^[a-z0-9-]{2,60}$/, 'a region such as "eastus"')
    .default('eastus')
    .describe('Azure region of an instance type for which nobody says a region, in prices.'),
  priceCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'a currency such as "USD"')
    .default('USD')
    .describe('Currency of a price where the bill or a price list has it in several.'),
  reportingCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'a currency such as "EUR"')
    .optional()
    .describe(
      'Currency in which cost summaries and statements are given too, by exchange rates of each day; soft budgets convert other currencies to their own. Bills keep theirs.',
    ),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
    .optional()
    .describe(
      "This server's own address as others reach it; its host must be in allowedHosts. Pods fetch and bring their files there.",
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
      'Image that fetches workspaces and brings outputs: sh, tar, nc or curl, and a static busybox; curl where publicUrl is https.',
    ),
  kubernetesNodes: z
    .enum(['fixed', 'growing'])
    .default('fixed')
    .describe(
      '"fixed": what no node of the cluster could hold is refused. "growing": nodes are made as they are needed, and work waits for them.',
    ),
  kubernetesReplicaAddress: z
    .enum(['auto', 'pod', 'proxy'])
    .default('auto')
    .describe(
      'How pods that serve models are asked: "pod" by their own addresses, which this server must reach; "proxy" through the API server, from anywhere, with the right to pods/proxy; "auto": "pod" where the server runs in the cluster, else "proxy".',
    ),
  gpuPrometheus: z
    .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
    .optional()
    .describe(
      'Prometheus that scrapes the DCGM exporter of the nodes of the cluster: what GPUs of work on Kubernetes do is read there; default: not at all.',
    ),
  predictionDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'Days after which predictions are deleted, by the time they were made. "steelyard prediction retention" shows beforehand what that deletes. Default: never.',
    ),
  labelDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe('Days after which labels of predictions are deleted, by the time they were observed. Default: never.'),
  rawBillDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'Days after which raw bill files are deleted, by the time they were received; their rows stay. "steelyard retention tables" shows beforehand what that deletes. Default: never.',
    ),
  supersededDeliveryDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'Days after which deliveries of bills that no longer count are deleted, since another one took their place. Default: never.',
    ),
  gpuReadingDays: z.coerce
    .number({ error: 'a whole number of days' })
    .int()
    .min(2)
    .max(3650)
    .default(45)
    .describe(
      'Days for which readings of GPUs are kept one by one; after them their stretches stay, from which idle time is known all the same.',
    ),
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
      'Least impact of an anomaly that counts, as a percentage of the spend of its scope over the 30 days to its last day. Smaller ones are listed and not counted.',
    ),
});

export type Config = z.infer<typeof ConfigSchema>;
export type ConfigName = keyof Config;
