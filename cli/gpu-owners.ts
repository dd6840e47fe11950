import { z } from 'zod';
import { importGpuHolders } from '../src/finops/gpu-telemetry/schema.ts';
import {
  getGpuEfficiency,
  getGpuOutcomes,
  getGpuOwners,
  gpuEfficiencyCsv,
  gpuOutcomesCsv,
  gpuOwnersCsv,
  listGpuOwnerRules,
  OwnerDimension,
} from '../src/finops/gpu-usage/schema.ts';
import { passOn, refuseBothFormats } from './downloads.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { sendAndShow, wholly } from './gpu-files.ts';
import { holderFields, toHolderColumns } from './gpu-holder-fields.ts';
import { idleOptions } from './gpu-options.ts';
import { efficiencyText, holdersText, outcomesText, ownersText, rulesText } from './gpu-owners-text.ts';

const { top: _top, ...timeOptions } = idleOptions;
const NO_READINGS = 'No readings in that time. steelyard gpu import FILE';

const holdersCommand = command({
  path: ['gpu', 'holders'],
  summary: 'Import the holders of GPUs from a file (CSV, CSV.gz, Parquet)',
  example: `steelyard gpu holders jobs.csv --gpu uuid --start start --end end --field team --field run=mlflow_run
steelyard gpu holders pods.parquet --gpu UUID --start from --end to --field pod --field namespace --field host=node`,
  needs: 'server',
  positionals: { file: { describe: 'File with one row for each period of a holder, or of an unallocated GPU' } },
  options: {
    gpu: { value: 'COLUMN', required: true, describe: 'Column of the GPU ids, as in their telemetry' },
    start: { value: 'COLUMN', required: true, describe: 'Column of the start: Unix time, or ISO 8601' },
    end: { value: 'COLUMN', required: true, describe: 'Column of the end, exclusive; empty means now' },
    field: holderFields,
  },
  run: async (context, { file, field, ...asked }) =>
    sendAndShow(context, [file], 'Reading the holders', holdersText, (client, [sent]) =>
      client.call(importGpuHolders, { body: { ...wholly(sent), ...asked, ...toHolderColumns(field) } }),
    ),
});

const csvOption = { describe: 'Answer as CSV' } as const;
const teamOption = { value: 'TEAM', describe: 'Only time of this team' } as const;

const efficiencyCommand = command({
  path: ['gpu', 'efficiency'],
  summary: 'Show GPU utilization by owner and day or week',
  example: `steelyard gpu efficiency --by team --step week
steelyard gpu efficiency --by model --from 2026-11-01 --csv > efficiency.csv`,
  needs: 'server',
  options: {
    by: { value: 'DIMENSION', schema: OwnerDimension, fallback: 'team', describe: OwnerDimension.options.join(', ') },
    step: {
      value: 'STEP',
      schema: z.enum(['day', 'week']),
      fallback: 'day',
      describe: 'Width of a point: day or week',
    },
    team: teamOption,
    ...timeOptions,
    top: { value: 'N', schema: z.coerce.number().int().min(1), fallback: '20', describe: 'Most owners to list' },
    csv: csvOption,
  },
  run: async (context, { csv, ...query }) => {
    refuseBothFormats(context, csv);
    const client = await context.client();
    if (csv) {
      await passOn(await client.download(gpuEfficiencyCsv, { query }), context);
      return 0;
    }
    const report = await client.call(getGpuEfficiency, { query });
    await context.answer(report, () => efficiencyText(report, context));
    if (report.series.length === 0) await context.remark(NO_READINGS);
    return 0;
  },
});

const outcomesCommand = command({
  path: ['gpu', 'outcomes'],
  summary: 'Show GPU time and cost by outcome: finished, failed, cancelled',
  example: 'steelyard gpu outcomes --from 2026-11-01 --json',
  needs: 'server',
  options: { team: teamOption, ...timeOptions, csv: csvOption },
  run: async (context, { csv, ...query }) => {
    refuseBothFormats(context, csv);
    const client = await context.client();
    if (csv) {
      await passOn(await client.download(gpuOutcomesCsv, { query }), context);
      return 0;
    }
    const report = await client.call(getGpuOutcomes, { query });
    await context.answer(report, () => outcomesText(report, context));
    if (report.outcomes.length === 0) await context.remark(NO_READINGS);
    return 0;
  },
});

const rulesCommand = command({
  path: ['gpu', 'rules'],
  summary: 'List the rules that assign owners to GPU time of pods and pools',
  example: 'steelyard gpu rules',
  needs: 'server',
  run: async (context) => {
    const document = await (await context.client()).call(listGpuOwnerRules);
    await context.answer(document, () => rulesText(document.documents, context));
    if (document.documents.length === 0)
      await context.remark('No rule yet. steelyard apply -f RULES.yaml with a document of kind GpuOwnerRules');
    return 0;
  },
});

type OwnersQuery = z.input<typeof getGpuOwners.query>;

/** `gpu idle --by`. */
export async function showOwners(context: Context, query: OwnersQuery, csv: boolean): Promise<number> {
  const client = await context.client();
  if (csv) {
    await passOn(await client.download(gpuOwnersCsv, { query }), context);
    return 0;
  }
  const report = await client.call(getGpuOwners, { query });
  await context.answer(report, () => ownersText(report, context));
  if (report.groups.length === 0) await context.remark(NO_READINGS);
  return 0;
}

export const gpuOwnerCommands = [holdersCommand, efficiencyCommand, outcomesCommand, rulesCommand];
