import { type ContainerUse, listContainerUse } from '../src/finops/gpus/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { formatBytes, formatCount } from './output/amounts.ts';
import { table } from './output/table.ts';

const NOTHING =
  'No readings of containers in that time. steelyard apply -f SOURCE.yaml with containers in a GpuSource of type prometheus';

const Instant = listContainerUse.query.shape.from.unwrap();

export const containersCommand = command({
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
    if (document.containers.length === 0) await context.remark(NOTHING);
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
      { title: 'CPU ASKED', align: 'right', cell: ({ cpuRequest }) => cpus(cpuRequest) },
      { title: 'CPU P95', align: 'right', cell: ({ cpusP95 }) => cpus(cpusP95) },
      { title: 'MEMORY ASKED', align: 'right', cell: ({ memoryRequestBytes }) => bytes(memoryRequestBytes) },
      { title: 'MEMORY MOST', align: 'right', cell: ({ memoryMaxBytes }) => bytes(memoryMaxBytes) },
      {
        title: 'READ',
        align: 'right',
        cell: ({ coverageRatio }) => `${Math.floor(coverageRatio * 100)} %`,
        style: ({ coverageRatio }) => (coverageRatio < 0.95 ? paint.waiting : paint.good),
      },
    ],
    paint,
  );
}
