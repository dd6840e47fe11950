import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { importLabels, type Recorded } from '../src/mlops/predictions/schema.ts';
import { createUpload } from '../src/platform/uploads/schema.ts';
import { readBytes, unreadable } from './bill-files.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { counted } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';

const SOME_REJECTED = 1;

const labelImportCommand = command({
  path: ['label', 'import'],
  summary: 'Import labels from a CSV or Parquet file to measure prediction quality',
  example: `steelyard label import outcomes.csv --model churn --prediction request_id --label churned
steelyard label import clicks.parquet --model ranker --entity user --observed-at clicked_at --label items`,
  needs: 'server',
  exits: { [SOME_REJECTED]: 'some rows were rejected' },
  positionals: { file: { describe: 'CSV with a header, or Parquet' } },
  options: {
    model: { value: 'MODEL', required: true, describe: 'Registered model of the predictions' },
    label: { value: 'COLUMN', required: true, describe: 'Column of the labels; lists are written as JSON' },
    prediction: { value: 'COLUMN', describe: 'Column of prediction ids; or give --entity' },
    entity: {
      value: 'COLUMN',
      describe: 'Column of entities: a label belongs to the last prediction about its entity',
    },
    observedAt: { value: 'COLUMN', describe: 'Column of the time of the outcome (UTC); required with --entity' },
  },
  run: async (context, { file, model, label, ...columns }) => {
    if ((columns.prediction === undefined) === (columns.entity === undefined)) {
      throw new CommandError(
        'usage',
        'Say how labels find their predictions: --prediction COLUMN, or --entity COLUMN.',
      );
    }
    const client = await context.client();
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      const name = basename(file);
      const { size } = await stat(file).catch((error: unknown) => Promise.reject(unreadable(file, error)));
      const content = readBytes(file, (sizeBytes) => progress.show(name, sizeBytes / size));
      const { upload } = await client.upload(createUpload, { query: { name } }, content);
      progress.show('Keeping the labels', null);
      const recorded = await client.call(importLabels, {
        body: { upload, model, columns: { ...columns, value: label } },
      });
      await progress.clear();
      await context.answer(recorded, () => recordedText(recorded, context));
      return recorded.rejectedRows > 0 ? SOME_REJECTED : 0;
    } finally {
      await progress.clear();
    }
  },
});

function recordedText({ accepted, rejectedRows, rejected }: Recorded, { paint }: Context): string {
  const imported = `${paint.good('Imported')} ${counted(accepted, 'label')}.`;
  if (rejectedRows === 0) return imported;
  const lines = rejected.map(({ line, reason }) => `  row ${line}: ${reason}`);
  return [imported, paint.waiting(`Rejected: ${counted(rejectedRows, 'row')}`), ...lines].join('\n');
}

export const labelCommands = [labelImportCommand];
