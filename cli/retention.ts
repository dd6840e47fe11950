import {
  addVolumes,
  type DeletedItem,
  listDeleted,
  listRetention,
  previewRetention,
  type RetentionPreview,
  runRetention,
  type Volume,
} from '../src/mlops/retention/schema.ts';
import { previewTables, type TableRetention } from '../src/platform/retention/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { counted, formatBytes, formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';
import { table } from './output/table.ts';

const deletedCommand = command({
  path: ['retention', 'deleted'],
  summary: 'List restorable deleted entities with size and cost, oldest deletion first',
  example: 'steelyard retention deleted --kind logged-model',
  needs: 'server',
  options: {
    kind: {
      value: 'run|logged-model|experiment',
      schema: listDeleted.query.shape.kind,
      fallback: 'run',
      describe: 'Kind of entity',
    },
    ...limitOption,
  },
  run: async (context, { kind, limit }) => {
    const page = await readPages(await context.client(), listDeleted, { kind }, 'deleted', limit);
    await context.answer(page, () => deletedText(page.deleted, context));
    if (page.deleted.length === 0) await context.remark('No such thing is deleted; --kind lists the others.');
    await context.remark(moreText(page) ?? '');
    return 0;
  },
});

function deletedText(items: readonly DeletedItem[], { paint }: Context): string {
  if (items.length === 0) return '';
  return table(
    items,
    [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'NAME', cell: ({ name }) => name, least: 8 },
      { title: 'DELETED', cell: ({ deletedAt }) => formatInstant(deletedAt) },
      { title: 'SAMPLES', align: 'right', cell: ({ samples }) => formatCount(samples) },
      {
        title: 'ARTIFACTS',
        align: 'right',
        cell: ({ artifactBytes }) => (artifactBytes === null ? null : formatBytes(artifactBytes)),
      },
      { title: 'COST', align: 'decimal', cell: ({ cost }) => formatMoney(cost) },
    ],
    paint,
  );
}

const listCommand = command({
  path: ['retention', 'list'],
  summary: 'List the retention policies',
  example: 'steelyard retention list',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    const answer = await client.call(listRetention, {});
    await context.answer(answer, () => {
      if (answer.policies.length === 0) return '';
      const columns = [
        { title: 'POLICY', cell: ({ policy }: (typeof answer.policies)[number]) => policy },
        {
          title: 'RETENTION',
          cell: ({ spec }: (typeof answer.policies)[number]) => counted(spec.keepDeletedDays, 'day'),
        },
        { title: 'EXPERIMENT', cell: ({ spec }: (typeof answer.policies)[number]) => spec.experiment ?? 'all' },
      ];
      return table(answer.policies, columns, context.paint);
    });
    if (answer.policies.length === 0) {
      await context.remark('No policy: deleted entities are kept forever. Apply a document of the kind Retention.');
    }
    return 0;
  },
});

const previewCommand = command({
  path: ['retention', 'preview'],
  summary: 'Preview a run of a retention policy: removed runs, samples, bytes and cost',
  example: 'steelyard retention preview a-month',
  needs: 'server',
  positionals: { policy: { describe: 'Name of the Retention document' } },
  run: async (context, { policy }) => {
    const client = await context.client();
    const preview = await client.call(previewRetention, { params: { policy } });
    await context.answer(preview, () => previewText(preview));
    return 0;
  },
});

const runCommand = command({
  path: ['retention', 'run'],
  summary: 'Run a retention policy: remove expired entities permanently',
  example: 'steelyard retention run a-month --confirm',
  needs: 'server',
  positionals: { policy: { describe: 'Name of the Retention document' } },
  options: { confirm: { describe: 'Required: the removal is permanent' } },
  run: async (context, { policy, confirm }) => {
    const client = await context.client();
    const preview = await client.call(previewRetention, { params: { policy } });
    if (!confirm) {
      await context.remark(previewText(preview));
      throw new CommandError('usage', 'This cannot be undone. Say --confirm to remove it.');
    }
    const removed = await removeAll(context, client, preview);
    await context.answer({ policy, until: preview.until, removed }, () => `Removed ${volumeText(removed)}.`);
    return 0;
  },
});

async function removeAll(context: Context, client: Client, preview: RetentionPreview): Promise<Volume> {
  const { policy, until, removes } = preview;
  const progress = createProgress(context.io.err, context.globals.json);
  const total = Math.max(1, removes.runs + removes.loggedModels);
  let removed: Volume | null = null;
  try {
    for (;;) {
      const step = await client.call(runRetention, { params: { policy }, body: { until } });
      removed = removed === null ? step.removed : addVolumes(removed, step.removed);
      progress.show('Removing', Math.min(1, (removed.runs + removed.loggedModels) / total));
      if (step.done) return removed;
    }
  } finally {
    await progress.clear();
  }
}

function previewText({ policy, until, removes, keeps, keepsCount }: RetentionPreview): string {
  const lines = [
    `${policy}, deletions until ${formatInstant(until)}: a run removes ${volumeText(removes)}.`,
    ...(keepsCount === 0 ? [] : [`${counted(keepsCount, 'more', 'more')} stay:`]),
    ...keeps.slice(0, 20).map(({ kind, id, reason }) => `  ${kind} ${id}: ${reason}`),
    ...(keepsCount > 20 ? [`  and ${counted(keepsCount - 20, 'other')}; --json lists up to 1,000`] : []),
  ];
  return lines.join('\n');
}

function volumeText(volume: Volume): string {
  const { runs, loggedModels, samples, artifactFiles, artifactBytes, artifactsElsewhere } = volume;
  const parts = [
    counted(runs, 'run'),
    counted(loggedModels, 'logged model'),
    counted(samples, 'metric sample'),
    `${counted(artifactFiles, 'artifact')} of ${formatBytes(artifactBytes)}`,
    costText(volume),
  ];
  const elsewhere = artifactsElsewhere === 0 ? '' : `; ${counted(artifactsElsewhere, 'artifact root')} elsewhere stay`;
  return `${parts.join(', ')}${elsewhere}`;
}

/** Known cost and the number of runs of unknown cost; unknown is stated, because it is not zero. */
function costText({ costs, runsOfUnknownCost }: Volume): string {
  const known = costs.map((cost) => formatMoney(cost)).join(' and ');
  const unknown = runsOfUnknownCost === 0 ? '' : `${counted(runsOfUnknownCost, 'run')} of unknown cost`;
  if (known === '' && unknown === '') return 'no cost';
  return `cost ${[known, unknown].filter((text) => text !== '').join(' and ')}`;
}

const { query } = previewTables;
const daysOption = (setting: keyof typeof query.shape) =>
  ({ value: 'DAYS', schema: query.shape[setting], describe: `Days; default: the setting ${setting}` }) as const;

const tablesCommand = command({
  path: ['retention', 'tables'],
  summary: 'Preview the rows of each table that retention by age deletes',
  example: 'steelyard retention tables --raw-bill-days 400 --superseded-delivery-days 90',
  needs: 'server',
  options: {
    predictionDays: daysOption('predictionDays'),
    labelDays: daysOption('labelDays'),
    gpuReadingDays: daysOption('gpuReadingDays'),
    rawBillDays: daysOption('rawBillDays'),
    supersededDeliveryDays: daysOption('supersededDeliveryDays'),
  },
  run: async (context, asked) => {
    const client = await context.client();
    const answer = await client.call(previewTables, { query: asked });
    await context.answer(answer, () => answer.tables.map(tableText).join('\n'));
    return 0;
  },
});

const tableNames: Record<TableRetention['table'], string> = {
  predictions: 'predictions',
  labels: 'labels',
  shadowPredictions: 'answers of shadow variants',
  gpuReadings: 'readings of GPUs, one by one',
  rawBills: 'raw bill files',
  supersededDeliveries: 'superseded deliveries of bills',
};

function tableText(retention: TableRetention): string {
  const { table: name, setting, before, rows, files, sizeBytes, first, last, unanswerable } = retention;
  if (before === null) return `${tableNames[name]}: kept forever (${setting} is not set)`;
  const span = first === null ? '' : `, of ${first} to ${last}`;
  const deletes = `${counted(rows, 'row')} in ${counted(files, 'file')} of ${formatBytes(sizeBytes)}${span}`;
  const lost = unanswerable.slice(0, 20).map((one) => `    ${one}`);
  const more = unanswerable.length > 20 ? [`    and ${unanswerable.length - 20} more; --json lists them`] : [];
  const heading = lost.length === 0 ? [] : ['  Can no longer be answered:'];
  return [`${tableNames[name]}: deletes ${deletes}, before ${before}`, ...heading, ...lost, ...more].join('\n');
}

export const retentionCommands = [deletedCommand, listCommand, previewCommand, runCommand, tablesCommand];
