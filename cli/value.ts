import { Currency, UtcInstant } from '../src/platform/units/schema.ts';
import {
  getModelValue,
  type ModelValue,
  OutcomeEvent,
  type RecordedEvents,
  recordOutcomeEvents,
} from '../src/tradeoff/value/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { counted, formatAmount, formatCount, formatMoney } from './output/amounts.ts';
import { facts, table } from './output/table.ts';
import { collectRejected, type FileRow, sendFile } from './row-files.ts';

const SOME_REJECTED = 1;
/** Events of one request. */
const BATCH = 2_000;
const COLUMNS = { known: Object.keys(OutcomeEvent.shape), required: ['id', 'at', 'amount'] };

const importCommand = command({
  path: ['value', 'import'],
  summary: 'Import outcome events with amounts from a CSV or NDJSON file',
  example: `steelyard value import orders.csv --model ranker --currency EUR
steelyard value import outcomes.ndjson`,
  needs: 'server',
  exits: { [SOME_REJECTED]: 'some rows were rejected' },
  positionals: {
    file: {
      describe:
        'CSV with the columns id, at, amount and any of model, version, endpoint, prediction, customer, feature, currency; or NDJSON (.ndjson, .jsonl) with these fields',
    },
  },
  options: {
    model: { value: 'MODEL', describe: 'Registered model of rows without one' },
    currency: { value: 'CODE', schema: Currency, describe: 'Currency of rows without one' },
  },
  run: async (context, { file, ...defaults }) => {
    const client = await context.client();
    const recorded = await sendFile(context, file, COLUMNS, (rows) => sendEvents(client, rows, defaults));
    await context.answer(recorded, () => recordedText(recorded, context));
    return recorded.rejectedRows > 0 ? SOME_REJECTED : 0;
  },
});

/** Sends the rows in batches, as they are read; memory does not grow with the file. */
async function sendEvents(
  client: Client,
  rows: AsyncIterable<FileRow>,
  defaults: { readonly model?: string | undefined; readonly currency?: string | undefined },
): Promise<RecordedEvents> {
  const total: RecordedEvents = { accepted: 0, duplicates: 0, rejectedRows: 0, rejected: [] };
  let batch: FileRow[] = [];
  const send = async () => {
    if (batch.length === 0) return;
    const sent = batch;
    batch = [];
    const events = sent.map(({ row }) => JSON.parse(JSON.stringify({ ...defaults, ...row })));
    const answer = await client.call(recordOutcomeEvents, { body: { events } });
    total.accepted += answer.accepted;
    total.duplicates += answer.duplicates;
    total.rejectedRows += answer.rejectedRows;
    collectRejected(total.rejected, answer.rejected, sent);
  };
  for await (const row of rows) {
    batch.push(row);
    if (batch.length >= BATCH) await send();
  }
  await send();
  return total;
}

function recordedText({ accepted, duplicates, rejectedRows, rejected }: RecordedEvents, { paint }: Context): string {
  const known = duplicates === 0 ? '' : ` ${counted(duplicates, 'event')} stored before.`;
  const imported = `${paint.good('Imported')} ${counted(accepted, 'outcome event')}.${known}`;
  if (rejectedRows === 0) return imported;
  const lines = rejected.map(({ line, reason }) => `  line ${line}: ${reason}`);
  return [imported, paint.waiting(`Rejected: ${counted(rejectedRows, 'event')}`), ...lines].join('\n');
}

const showCommand = command({
  path: ['value', 'show'],
  summary: 'Show the mean value of a prediction by version, with its interval',
  example: `steelyard value show ranker
steelyard value show ranker --start 2026-11-01T00:00:00Z --end 2026-12-01T00:00:00Z --json`,
  needs: 'server',
  positionals: { model: { describe: 'Registered model' } },
  options: {
    start: { value: 'INSTANT', schema: UtcInstant, describe: 'Start of the window; default: 30 days before its end' },
    end: { value: 'INSTANT', schema: UtcInstant, describe: 'End of the window; default: now' },
  },
  run: async (context, { model, start, end }) => {
    const client = await context.client();
    const value = await client.call(getModelValue, { params: { model }, query: { start, end } });
    await context.answer(value, () => valueText(value, context));
    return 0;
  },
});

function valueText({ model, window, versions, unattributed, stated, perUnit }: ModelValue, { paint }: Context): string {
  const [first] = versions;
  const head = facts(
    [
      ['model', model],
      ['window', `${window.start} to ${window.end}`],
      ['completeness', formatShare(first)],
      ['stated', stated === null ? null : `${formatMoney(stated.perPrediction)} a prediction; ${stated.origin}`],
      [
        'per unit',
        perUnit === null
          ? null
          : `${formatMoney(perUnit.value)} for each unit of ${perUnit.metric} by monitor ${perUnit.monitor}`,
      ],
      ...unattributed.map(
        ({ currency, total, events }) =>
          ['without a version', `${formatMoney({ amount: total, currency })} in ${counted(events, 'event')}`] as const,
      ),
    ],
    paint,
  );
  if (first === undefined) return `${head}\n\nno version`;
  const rows = table(
    versions,
    [
      { title: 'VERSION', align: 'right', cell: ({ version }) => version },
      { title: 'PER PREDICTION', align: 'decimal', cell: ({ perPrediction }) => formatMoney(perPrediction) },
      {
        title: '95 % INTERVAL',
        cell: ({ interval }) =>
          interval === null ? null : `${formatAmount(interval.lower)} to ${formatAmount(interval.upper)}`,
      },
      { title: 'TOTAL', align: 'decimal', cell: ({ total }) => formatMoney(total) },
      { title: 'EVENTS', align: 'right', cell: ({ events }) => formatCount(events) },
      {
        title: 'PREDICTIONS',
        align: 'right',
        cell: ({ predictions }) => (predictions === null ? null : formatCount(predictions)),
      },
      { title: 'WITH OUTCOME', align: 'right', cell: ({ withOutcome }) => formatCount(withOutcome) },
      { title: 'NOTE', cell: ({ reason }) => reason ?? '', least: 16 },
    ],
    paint,
  );
  return `${head}\n\n${rows}`;
}

/** `97.5 % of the outcome events have a version`. */
function formatShare(
  figure: Pick<ModelValue['versions'][number], 'source' | 'completeness'> | undefined,
): string | null {
  if (figure === undefined || figure.completeness === null) return null;
  const has = figure.source === 'labels' ? 'labels have a version and an amount' : 'outcome events have a version';
  return `${Number((100 * figure.completeness).toFixed(1))} % of the ${has}`;
}

export const valueCommands = [importCommand, showCommand];
