import { z } from 'zod';
import { GpuUnit, importGpuPool, importGpuSamples, listGpuImports } from '../src/finops/gpu-telemetry/schema.ts';
import { getGpuIdle, OwnerDimension } from '../src/finops/gpu-usage/schema.ts';
import { ResourceName } from '../src/finops/metering/schema.ts';
import { packGpus } from '../src/finops/packing/schema.ts';
import { type ContainerUse, listContainerUse } from '../src/finops/workloads/schema.ts';
import { refuseBothFormats } from './downloads.ts';
import { DurationText } from './duration-text.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { sendAndShow, wholly } from './gpu-files.ts';
import { holderFields, toHolderColumns } from './gpu-holder-fields.ts';
import { idleOptions } from './gpu-options.ts';
import { gpuOwnerCommands, showOwners } from './gpu-owners.ts';
import { gpuSourceCommands } from './gpu-sources.ts';
import { idleText, importsText, importText, packingText } from './gpu-text.ts';
import { watchCommand } from './gpu-watch.ts';
import { formatBytes, formatCount } from './output/amounts.ts';
import { table } from './output/table.ts';

/** `1.861USD/h`. */
const PricePerHour = z.string().transform((text, context) => {
  const [, amount, currency] = /^(\d+(?:\.\d+)?) ?([A-Z][A-Z0-9_]{2,15})\/h$/.exec(text) ?? [];
  if (amount !== undefined && currency !== undefined) return { amount, currency };
  context.addIssue({ code: 'custom', message: 'a price of one GPU for an hour such as 1.861USD/h' });
  return z.NEVER;
});

const sending = {
  interval: {
    value: 'TIME',
    schema: DurationText,
    describe: 'Time covered by one reading, such as 15s; default: the usual interval of a GPU',
  },
  price: { value: 'PRICE', schema: PricePerHour, describe: 'Price of one GPU for an hour, such as 1.861USD/h' },
  resource: {
    value: 'KEY',
    schema: ResourceName,
    describe: 'Key of the GPUs in the price book, such as gpu:H100, where no price is stated',
  },
} as const;

const importCommand = command({
  path: ['gpu', 'import'],
  summary: 'Import GPU telemetry from a file (CSV, CSV.gz, Parquet)',
  example: `steelyard gpu import utilization.csv.gz --value utilization --time timestamp --gpu uuid --interval 15s --price 1.861USD/h
steelyard gpu import fb-used.parquet --metric memory --unit MiB --value value --time time --gpu UUID
steelyard gpu import dcgm.csv --value util --time time --gpu UUID --field pod=exported_pod --field namespace=exported_namespace`,
  needs: 'server',
  positionals: { file: { describe: 'File with one row for each GPU and instant' } },
  options: {
    value: { value: 'COLUMN', required: true, describe: 'Column of the values' },
    time: { value: 'COLUMN', required: true, describe: 'Column of the instants: Unix time, or ISO 8601' },
    gpu: { value: 'COLUMN', required: true, describe: 'Column of the GPU ids, preferably UUIDs' },
    metric: {
      value: 'METRIC',
      schema: z.enum(['utilization', 'memory']),
      fallback: 'utilization',
      describe: 'Metric of the values: utilization or memory',
    },
    unit: {
      value: 'UNIT',
      schema: GpuUnit,
      describe: 'percent (default) or ratio of utilization, bytes (default) or MiB of memory',
    },
    field: holderFields,
    ...sending,
  },
  run: async (context, { file, field, ...asked }) =>
    sendAndShow(context, [file], 'Reading the samples', importText, (client, [sent]) =>
      client.call(importGpuSamples, { body: { ...wholly(sent), ...asked, ...toHolderColumns(field) } }),
    ),
});

const poolCommand = command({
  path: ['gpu', 'pool'],
  summary: 'Import total and unallocated GPUs of a pool from a file (CSV, CSV.gz, Parquet)',
  example:
    'steelyard gpu pool cluster.csv.gz --pool vcLJZ --time time --total total_gpu_num --unallocated idle_gpu_num',
  needs: 'server',
  positionals: { file: { describe: 'File with one row for each instant' } },
  options: {
    pool: { value: 'NAME', required: true, describe: 'Name of the pool: a cluster, a node group' },
    time: { value: 'COLUMN', required: true, describe: 'Column of the instants: Unix time, or ISO 8601' },
    total: { value: 'COLUMN', required: true, describe: 'Column of the total number of GPUs' },
    unallocated: { value: 'COLUMN', required: true, describe: 'Column of the number of unallocated GPUs' },
    ...sending,
  },
  run: async (context, { file, ...asked }) =>
    sendAndShow(context, [file], 'Reading the samples', importText, (client, [sent]) =>
      client.call(importGpuPool, { body: { ...wholly(sent), ...asked } }),
    ),
});

const importsCommand = command({
  path: ['gpu', 'imports'],
  summary: 'List the newest imports of GPU telemetry',
  example: 'steelyard gpu imports',
  needs: 'server',
  run: async (context) => {
    const document = await (await context.client()).call(listGpuImports);
    await context.answer(document, () => importsText(document.imports, context));
    if (document.imports.length === 0) await context.remark('No readings yet. steelyard gpu import FILE');
    return 0;
  },
});

const idleCommand = command({
  path: ['gpu', 'idle'],
  summary: 'Show idle GPUs with their idle time and cost',
  example: `steelyard gpu idle
steelyard gpu idle --by team --csv > idle.csv
steelyard gpu idle --window 1h --threshold 0.01 --from 2026-11-01 --to 2026-12-01 --json`,
  needs: 'server',
  options: {
    ...idleOptions,
    by: {
      value: 'DIMENSION',
      schema: OwnerDimension,
      describe: `Owner of the time: ${OwnerDimension.options.join(', ')}`,
    },
    team: { value: 'TEAM', describe: 'With --by: only time of this team' },
    csv: { describe: 'With --by: answer as CSV' },
  },
  run: async (context, { by, team, csv, ...query }) => {
    refuseBothFormats(context, csv);
    if (by !== undefined) return showOwners(context, { ...query, by, team, top: Math.max(query.top, 1) }, csv);
    if (csv || team !== undefined) throw new CommandError('usage', '--team and --csv need a dimension: --by team');
    const report = await (await context.client()).call(getGpuIdle, { query });
    await context.answer(report, () => idleText(report, context));
    if (report.gpus === 0) await context.remark('No readings in that time. steelyard gpu import FILE');
    return 0;
  },
});

const packCommand = command({
  path: ['gpu', 'pack'],
  summary: 'Pack pods on the fewest GPU nodes and show the placement',
  example: 'steelyard gpu pack --nodes nodes.csv --pods pods.csv --plan --json',
  needs: 'server',
  options: {
    nodes: {
      value: 'FILE',
      required: true,
      describe: 'Nodes (CSV, CSV.gz, Parquet): sn or name, cpu_milli, memory_mib, gpu, model',
    },
    pods: {
      value: 'FILE',
      required: true,
      describe: 'Pods: name, cpu_milli, memory_mib, num_gpu, gpu_milli, gpu_spec',
    },
    plan: { describe: 'With --json: the placement of every pod' },
  },
  run: async (context, { nodes, pods, plan }) =>
    sendAndShow(context, [nodes, pods], 'Packing', packingText, (client, [first, second]) =>
      client.call(packGpus, { body: { nodes: wholly(first), pods: wholly(second), plan } }),
    ),
});

const NO_CONTAINER_READINGS =
  'No readings of containers in that time. steelyard apply -f SOURCE.yaml with containers in a GpuSource of type prometheus';

const Instant = listContainerUse.query.shape.from.unwrap();

const containersCommand = command({
  path: ['gpu', 'containers'],
  summary: 'Show requested and used CPU and memory of containers',
  example: 'steelyard gpu containers\nsteelyard gpu containers --from 2026-11-01T00:00:00Z --json',
  needs: 'server',
  options: {
    from: { value: 'INSTANT', schema: Instant, describe: 'Start; default: 14 days before the end' },
    to: { value: 'INSTANT', schema: Instant, describe: 'End, exclusive; default: now' },
  },
  run: async (context, query) => {
    const document = await (await context.client()).call(listContainerUse, { query });
    await context.answer(document, () => containersText(document.containers, context));
    if (document.containers.length === 0) await context.remark(NO_CONTAINER_READINGS);
    return 0;
  },
});

function containersText(containers: readonly ContainerUse[], { paint }: Context): string {
  if (containers.length === 0) return '';
  const cpus = (count: number | null) => (count === null ? null : String(Number(count.toFixed(3))));
  const bytes = (size: number | null) => (size === null ? null : formatBytes(size));
  return table(
    containers,
    [
      { title: 'WORKLOAD', cell: ({ namespace, workload }) => `${namespace}/${workload}`, least: 12 },
      { title: 'KIND', cell: ({ workloadKind }) => workloadKind },
      { title: 'CONTAINER', cell: ({ container }) => container },
      { title: 'PODS', align: 'right', cell: ({ pods }) => formatCount(pods) },
      { title: 'CPU REQUEST', align: 'right', cell: ({ cpuRequest }) => cpus(cpuRequest) },
      { title: 'CPU P95', align: 'right', cell: ({ cpusP95 }) => cpus(cpusP95) },
      { title: 'MEMORY REQUEST', align: 'right', cell: ({ memoryRequestBytes }) => bytes(memoryRequestBytes) },
      { title: 'MEMORY MAX', align: 'right', cell: ({ memoryMaxBytes }) => bytes(memoryMaxBytes) },
      {
        title: 'COVERAGE',
        align: 'right',
        cell: ({ coverageRatio }) => `${Math.floor(coverageRatio * 100)} %`,
        style: ({ coverageRatio }) => (coverageRatio < 0.95 ? paint.waiting : paint.good),
      },
    ],
    paint,
  );
}

export const gpuCommands = [
  importCommand,
  poolCommand,
  importsCommand,
  idleCommand,
  packCommand,
  containersCommand,
  ...gpuOwnerCommands,
  ...gpuSourceCommands,
  watchCommand,
];
