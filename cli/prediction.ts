import {
  deletePredictions,
  type PredictionDeletion,
  type PredictionRetention,
  previewPredictionRetention,
} from '../src/mlops/predictions/schema.ts';
import { command } from './frame/command.ts';
import { CommandError } from './frame/failure.ts';
import { counted, formatBytes } from './output/amounts.ts';

const { predictionDays, labelDays } = previewPredictionRetention.query.shape;

const retentionCommand = command({
  path: ['prediction', 'retention'],
  summary: 'Preview the rows that retention of predictions and labels deletes',
  example: 'steelyard prediction retention --prediction-days 400 --label-days 800',
  needs: 'server',
  options: {
    predictionDays: { value: 'DAYS', schema: predictionDays, describe: 'Days; default: the setting predictionDays' },
    labelDays: { value: 'DAYS', schema: labelDays, describe: 'Days; default: the setting labelDays' },
  },
  run: async (context, query) => {
    const client = await context.client();
    const preview = await client.call(previewPredictionRetention, { query });
    await context.answer(preview, () => retentionText(preview));
    return 0;
  },
});

function retentionText({ tables, unanswerable }: PredictionRetention): string {
  const lines = tables.map(({ table, before, deletes, firstDay, lastDay }) => {
    if (before === null) return `${table}: kept forever`;
    const days = firstDay === null ? '' : `, of ${firstDay} to ${lastDay}`;
    return `${table}: deletes ${rowsText(deletes)} before ${before}${days}`;
  });
  const lost = unanswerable.map(({ monitor, question }) => `  ${monitor}: ${question}`);
  return [...lines, ...(lost.length === 0 ? [] : ['Can no longer be answered:', ...lost])].join('\n');
}

const deleteCommand = command({
  path: ['prediction', 'delete'],
  summary: 'Delete the predictions about one subject and their labels permanently',
  example: 'steelyard prediction delete --entity customer-17 --confirm',
  needs: 'server',
  options: {
    entity: { value: 'ENTITY', required: true, describe: 'Subject: the entity of predictions and labels' },
    model: { value: 'MODEL', describe: 'Only of this model; default: all models' },
    confirm: { describe: 'Required: the deletion is permanent' },
  },
  run: async (context, { entity, model, confirm }) => {
    const client = await context.client();
    const found = await client.call(deletePredictions, { body: { entity, model, dryRun: !confirm } });
    if (confirm) {
      await context.answer(found, () => `Deleted ${deletionText(found)}.`);
      return 0;
    }
    await context.remark(`Deletes ${deletionText(found)}.`);
    throw new CommandError('usage', 'This cannot be undone. Say --confirm to delete it.');
  },
});

function deletionText({ predictions, labels, shadowPredictions, notSearched }: PredictionDeletion): string {
  const copies = shadowPredictions.rows === 0 ? '' : ` and ${counted(shadowPredictions.rows, 'shadow answer')}`;
  const rows = `${counted(predictions.rows, 'prediction')} and ${counted(labels.rows, 'label')}${copies}`;
  return notSearched === null ? rows : `${rows}. Not searched: ${notSearched}`;
}

function rowsText({ rows, files, sizeBytes }: PredictionDeletion['labels']): string {
  return `${counted(rows, 'row')} in ${counted(files, 'file')} of ${formatBytes(sizeBytes)}`;
}

export const predictionCommands = [retentionCommand, deleteCommand];
