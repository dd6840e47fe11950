import { z } from 'zod';
import {
  GpuUnit,
  getGpuIdle,
  importGpuPool,
  importGpuSamples,
  listGpuImports,
  packGpus,
} from '../src/finops/gpus/schema.ts';
import { ResourceName } from '../src/finops/metering/schema.ts';
import { createUpload } from '../src/platform/uploads/schema.ts';
import { readBytes } from './bill-files.ts';
import type { Client } from './connection/client.ts';
import { DurationText } from './duration-text.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { gpuSourceCommands } from './gpu-sources.ts';
import { idleText, importsText, importText, packingText } from './gpu-text.ts';
import { watchCommand } from './gpu-watch.ts';
import { shownCount } from './output/amounts.ts';
import { createProgress, type Progress } from './output/progress.ts';

const MOST_UPLOAD_NAME_CHARACTERS = 255;
const MOST_NAME_CHARACTERS = 1024;

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
    describe: 'Time that one reading speaks for, such as 15s; default: the usual distance between readings of one GPU',
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
  summary: 'Import what GPUs did at instants, from a file (CSV, CSV.gz, Parquet)',
  example: `steelyard gpu import utilization.csv.gz --value utilization --time timestamp --gpu uuid --interval 15s --price 1.861USD/h
steelyard gpu import fb-used.parquet --metric memory --unit MiB --value value --time time --gpu UUID`,
  needs: 'server',
  positionals: { file: { describe: 'File with one row for each GPU and instant' } },
  options: {
    value: { value: 'COLUMN', required: true, describe: 'Column of the values' },
    time: { value: 'COLUMN', required: true, describe: 'Column of the instants: Unix time, or ISO 8601' },
    gpu: { value: 'COLUMN', required: true, describe: 'Column of what tells GPUs apart, best their UUID' },
    metric: {
      value: 'METRIC',
      schema: z.enum(['utilization', 'memory']),
      fallback: 'utilization',
      describe: 'What the values are: utilization or memory',
    },
    unit: {
      value: 'UNIT',
      schema: GpuUnit,
      describe: 'percent (default) or ratio of utilization, bytes (default) or MiB of memory',
    },
    ...sending,
  },
  run: async (context, { file, ...asked }) =>
    sendAndShow(context, [file], 'Reading the samples', importText, (client, [sent]) =>
      client.call(importGpuSamples, { body: { ...wholly(sent), ...asked } }),
    ),
});

const poolCommand = command({
  path: ['gpu', 'pool'],
  summary: 'Import how many GPUs a pool had and how many of them nobody held, from a file (CSV, CSV.gz, Parquet)',
  example:
    'steelyard gpu pool cluster.csv.gz --pool vcLJZ --time time --total total_gpu_num --unallocated idle_gpu_num',
  needs: 'server',
  positionals: { file: { describe: 'File with one row for each instant' } },
  options: {
    pool: { value: 'NAME', required: true, describe: 'Name of the pool: a cluster, a node group' },
    time: { value: 'COLUMN', required: true, describe: 'Column of the instants: Unix time, or ISO 8601' },
    total: { value: 'COLUMN', required: true, describe: 'Column of the number of GPUs that there were' },
    unallocated: { value: 'COLUMN', required: true, describe: 'Column of the number of those that nobody held' },
    ...sending,
  },
  run: async (context, { file, ...asked }) =>
    sendAndShow(context, [file], 'Reading the samples', importText, (client, [sent]) =>
      client.call(importGpuPool, { body: { ...wholly(sent), ...asked } }),
    ),
});

const importsCommand = command({
  path: ['gpu', 'imports'],
  summary: 'List the newest imports of readings of GPUs',
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
  summary: 'Show which GPUs do nothing, for how long, and what that costs',
  example: `steelyard gpu idle
steelyard gpu idle --window 1h --threshold 0.01 --from 2026-11-01 --to 2026-12-01 --json`,
  needs: 'server',
  options: {
    window: {
      value: 'TIME',
      schema: DurationText,
      fallback: '30m',
      describe: 'A period counts as idle from this length on',
    },
    threshold: {
      value: 'RATIO',
      schema: z.coerce.number().min(0).max(1),
      fallback: '0',
      describe: 'Utilization up to which a GPU does nothing, 0 to 1',
    },
    maxGap: {
      value: 'TIME',
      schema: DurationText,
      fallback: '5m',
      describe: 'Readings further apart say nothing of the time between them',
    },
    from: { value: 'DAY', schema: getGpuIdle.query.shape.from.unwrap(), describe: 'First UTC day' },
    to: { value: 'DAY', schema: getGpuIdle.query.shape.from.unwrap(), describe: 'UTC day, exclusive' },
    top: { value: 'N', schema: z.coerce.number().int().min(0), fallback: '20', describe: 'GPUs that are listed' },
  },
  run: async (context, query) => {
    const report = await (await context.client()).call(getGpuIdle, { query });
    await context.answer(report, () => idleText(report, context));
    if (report.gpus === 0) await context.remark('No readings in that time. steelyard gpu import FILE');
    return 0;
  },
});

const packCommand = command({
  path: ['gpu', 'pack'],
  summary: 'Pack pods on the GPUs of nodes: how few are needed, and where each goes',
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
    plan: { describe: 'With --json: the place of every pod' },
  },
  run: async (context, { nodes, pods, plan }) =>
    sendAndShow(context, [nodes, pods], 'Packing', packingText, (client, [first, second]) =>
      client.call(packGpus, { body: { nodes: wholly(first), pods: wholly(second), plan } }),
    ),
});

interface Sent {
  readonly upload: string;
  readonly name: string;
}

function wholly(sent: Sent | undefined): Sent {
  if (sent === undefined) throw new Error('every file was sent');
  return sent;
}

async function sendAndShow<T>(
  context: Context,
  paths: readonly string[],
  doing: string,
  text: (document: T, context: Context) => string,
  ask: (client: Client, sent: readonly Sent[]) => Promise<T>,
): Promise<number> {
  const client = await context.client();
  const progress = createProgress(context.io.err, context.globals.json);
  try {
    const sent: Sent[] = [];
    for (const path of paths) sent.push(await send(client, path, progress));
    progress.show(doing, null);
    const document = await ask(client, sent);
    await progress.clear();
    await context.answer(document, () => text(document, context));
  } finally {
    await progress.clear();
  }
  return 0;
}

async function send(client: Client, path: string, progress: Progress): Promise<Sent> {
  const content = readBytes(path, (bytes) => progress.show(`Sending ${path} (${shownCount(bytes)} bytes)`, null));
  const query = { name: path.slice(-MOST_UPLOAD_NAME_CHARACTERS) };
  const { upload } = await client.upload(createUpload, { query }, content);
  return { upload, name: path.slice(-MOST_NAME_CHARACTERS) };
}

export const gpuCommands = [
  importCommand,
  poolCommand,
  importsCommand,
  idleCommand,
  packCommand,
  ...gpuSourceCommands,
  watchCommand,
];
