import type { PipelineRun, PipelineStep } from '../../src/mlops/pipelines/schema.ts';
import type { Context } from '../frame/context.ts';
import { formatBytes } from '../output/amounts.ts';
import { gpuText } from '../output/gpus.ts';
import { table } from '../output/table.ts';

type Taken = Pick<
  PipelineStep['attempts'][number],
  'cpuSeconds' | 'peakMemoryBytes' | 'usageReason' | 'gpus' | 'place' | 'prices'
>;

/**
 * Resources that the steps of a run used in addition to time: each by its active or last attempt. Empty where no step
 * has started.
 */
export function takenText({ stepList }: PipelineRun, { paint }: Context): string {
  const took = stepList.flatMap(({ step, attempts, taken }) => {
    const last: Taken | undefined = taken ?? attempts.at(-1);
    return last === undefined ? [] : [{ step, ...last }];
  });
  if (took.length === 0) return '';
  const measured = table(
    took,
    [
      { title: 'STEP', cell: ({ step }) => step },
      {
        title: 'CPU',
        align: 'right',
        cell: ({ cpuSeconds }) => (cpuSeconds === null ? null : `${cpuSeconds.toFixed(1)} s`),
      },
      {
        title: 'MEMORY',
        align: 'right',
        cell: ({ peakMemoryBytes: most }) => (most === null ? null : formatBytes(most)),
      },
      { title: 'NODE', cell: ({ place }) => (place === null ? null : placeText(place)) },
      { title: 'GPUS', cell: ({ gpus }) => (gpus === null ? null : gpuText(gpus)), least: 16 },
    ],
    paint,
  );
  return [measured, ...notes(took)].join('\n');
}

/** `g5.xlarge (eu-west-1), 25 % of it`. */
function placeText({ node, instance, region, share }: NonNullable<Taken['place']>): string {
  const where = region === null ? '' : ` (${region})`;
  const part = share === 1 ? '' : `, ${Number((share * 100).toPrecision(3))} % of it`;
  return `${instance ?? node}${where}${part}`;
}

/** Used prices and reasons of unknown values, each once, with the steps that they apply to. */
function notes(took: readonly (Taken & { readonly step: string })[]): string[] {
  const remarks = took.flatMap(({ step, prices, usageReason, gpus }) => [
    ...prices.map((price) => ({ step, text: `price: ${price}` })),
    ...(usageReason === null ? [] : [{ step, text: `CPU and memory: ${usageReason}` }]),
    ...(gpus?.reason == null ? [] : [{ step, text: `GPUs: ${gpus.reason}` }]),
  ]);
  return [...Map.groupBy(remarks, ({ text }) => text)].map(([text, of]) =>
    of.length === took.length ? text : `${text} (${of.map(({ step }) => step).join(', ')})`,
  );
}
