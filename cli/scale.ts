import { stat } from 'node:fs/promises';
import type { z } from 'zod';
import {
  PolicyKind,
  type ReplayReport,
  replayScaling,
  ReplaySettings as SettingsSchema,
} from '../src/mlops/scaling/schema.ts';
import type { Money } from '../src/platform/units/schema.ts';
import { readBytes, unreadable } from './bill-files.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { HourlyPriceWord, MoneyWord } from './metered/money-words.ts';
import { counted, formatMoney } from './output/amounts.ts';
import { createProgress, type Progress } from './output/progress.ts';
import { type Column, facts, table } from './output/table.ts';

const { concurrency, coldStartSeconds, initialReplicas, minReplicas, maxReplicas, targetRatio } = SettingsSchema.shape;
const { waitSeconds, missRatio, serviceSeconds } = SettingsSchema.shape;
const JSON_POLICY: PolicyKind = 'slo';

const replayCommand = command({
  path: ['scale', 'replay'],
  summary: 'Replay a request trace against scaling policies: cost and waiting time',
  example: `steelyard scale replay trace.csv
steelyard scale replay trace.csv --policy slo --price 3.06USD/h --json
steelyard scale replay images.csv --time-column gmt_create --service-column exec_time_seconds --concurrency 1`,
  needs: 'server',
  positionals: { trace: { describe: 'CSV file with a row for each request, in the order of time; gzip or not' } },
  options: {
    policy: {
      value: 'slo|hpa|kpa',
      schema: PolicyKind,
      describe: 'Only this policy; by default all are compared, or slo with --json',
    },
    price: { value: 'PRICE', schema: HourlyPriceWord, fallback: '1USD/h', describe: 'Price of a replica' },
    missPrice: {
      value: 'MONEY',
      schema: MoneyWord,
      describe: 'Price of a late request; by default the lowest that meets --slo',
    },
    slo: { value: 'RATIO', schema: missRatio, fallback: '0.05', describe: 'Share of requests that may be late' },
    wait: {
      value: 'SECONDS',
      schema: waitSeconds,
      fallback: '2',
      describe: 'Longest wait of a request that is not late',
    },
    coldStart: {
      value: 'SECONDS',
      schema: coldStartSeconds,
      fallback: '30',
      describe: 'Seconds until a new replica serves; billed from its start',
    },
    concurrency: { value: 'N', schema: concurrency, fallback: '8', describe: 'Requests a replica serves at a time' },
    target: {
      value: 'RATIO',
      schema: targetRatio,
      fallback: '0.7',
      describe: 'Target utilization of hpa and kpa',
    },
    initial: { value: 'N', schema: initialReplicas, fallback: '2', describe: 'Replicas at the first request' },
    min: { value: 'N', schema: minReplicas, fallback: '1', describe: 'Fewest replicas; hpa uses 1 for 0' },
    max: { value: 'N', schema: maxReplicas, fallback: '100', describe: 'Most replicas' },
    curve: { describe: 'Also show cost by waiting time: slo at several shares, hpa and kpa at several targets' },
    timeColumn: { value: 'NAME', describe: 'Column of the time; TIMESTAMP, timestamp, time or seconds by default' },
    serviceColumn: { value: 'NAME', describe: 'Column of the service time in seconds' },
    serviceTime: {
      value: 'SECONDS',
      schema: serviceSeconds,
      describe:
        'Service time of every request in seconds; by default 0.05 + ContextTokens/8000 + 0.03 x GeneratedTokens',
    },
  },
  run: async (context, { trace, policy, ...asked }) => {
    const query = { ...toSettings(asked), policy: policy ?? (context.globals.json ? JSON_POLICY : 'all') } as const;
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      const { size: sizeBytes } = await stat(trace).catch((error: unknown) => {
        throw unreadable(trace, error);
      });
      const client = await context.client();
      const content = readBytes(trace, (bytes) => showSent(progress, trace, bytes / Math.max(sizeBytes, bytes)));
      const report = await client.upload(replayScaling, { query }, content);
      await progress.clear();
      await context.answer(toDocument(report), () => reportText(report, query, context));
    } finally {
      await progress.clear();
    }
    return 0;
  },
});

function showSent(progress: Progress, trace: string, ratio: number): void {
  if (ratio < 1) progress.show(trace, ratio);
  else progress.show('Replaying', null);
}

type Query = z.input<typeof SettingsSchema>;
type Outcome = Omit<ReplayReport['policies'][number], 'policy' | 'decisions'>;

interface Asked {
  readonly price: Money;
  readonly missPrice: Money | undefined;
  readonly slo: number;
  readonly wait: number;
  readonly coldStart: number;
  readonly concurrency: number;
  readonly target: number;
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly curve: boolean;
  readonly timeColumn: string | undefined;
  readonly serviceColumn: string | undefined;
  readonly serviceTime: number | undefined;
}

function toSettings({ price, missPrice, ...asked }: Asked): Omit<Query, 'policy'> {
  if (missPrice !== undefined && missPrice.currency !== price.currency) {
    const detail = `--price is in ${price.currency} and --miss-price in ${missPrice.currency}: they must be in one currency.`;
    throw new CommandError('currency_mismatch', detail, { price: price.currency, missPrice: missPrice.currency });
  }
  return {
    curve: asked.curve ? 'true' : 'false',
    timeColumn: asked.timeColumn,
    serviceColumn: asked.serviceColumn,
    serviceSeconds: asked.serviceTime,
    concurrency: asked.concurrency,
    coldStartSeconds: asked.coldStart,
    initialReplicas: asked.initial,
    minReplicas: asked.min,
    maxReplicas: asked.max,
    targetRatio: asked.target,
    waitSeconds: asked.wait,
    missRatio: asked.slo,
    price: price.amount,
    missPrice: missPrice?.amount,
    currency: price.currency,
  };
}

/** Document of `scale replay --json`: the replayed policy and the facts of the trace. */
function toDocument({ policies, bestConstant: _known, curve, ...trace }: ReplayReport): unknown {
  return { ...policies[0], ...trace, ...(curve.length === 0 ? {} : { curve }) };
}

function reportText(report: ReplayReport, query: Query, { paint }: Context): string {
  const { requests, hours, busyPlaces, policies, bestConstant, curve } = report;
  const busy = busyPlaces === null ? '' : `, ${busyPlaces.toFixed(1)} places busy on average`;
  const constant =
    bestConstant === null ? [] : [{ ...bestConstant, policy: `${bestConstant.replicas} all the time *` }];
  const rows = table(
    [...policies, ...constant],
    [{ title: 'POLICY', cell: ({ policy }) => policy }, ...outcomeColumns(query)],
    paint,
  );
  const curveRows = curve.length === 0 ? [] : ['', curveText(curve, query, paint)];
  const remark = constant.length === 0 ? [] : [paint.faint('* the fewest that keep the SLO, known only afterwards')];
  return [
    `${counted(requests, 'request')} in ${hours.toFixed(2)} h${busy}`,
    '',
    rows,
    ...remark,
    ...curveRows,
    '',
    assumptionsText(query, paint),
  ].join('\n');
}

/** One outcome of a replay in a row. */
function outcomeColumns(query: Query): Column<Outcome>[] {
  return [
    { title: 'REPLICA-HOURS', align: 'decimal', cell: ({ replicaHours }) => replicaHours.toFixed(2) },
    {
      title: `WAIT > ${query.waitSeconds} s`,
      align: 'decimal',
      cell: ({ waitingShare }) => formatRatio(waitingShare),
    },
    {
      title: 'STD. ERROR',
      align: 'decimal',
      cell: ({ waitingShareError: error }) => (error === null ? null : formatRatio(error)),
    },
    { title: 'P99 WAIT', align: 'decimal', cell: ({ p99WaitSeconds }) => `${p99WaitSeconds.toFixed(1)} s` },
    { title: 'COST', align: 'decimal', cell: ({ cost }) => formatMoney(cost) },
  ];
}

function curveText(curve: ReplayReport['curve'], query: Query, paint: Context['paint']): string {
  return table(
    curve,
    [
      { title: 'POLICY', cell: ({ policy }) => policy },
      {
        title: 'SETTING',
        cell: ({ missRatio, targetRatio }) =>
          missRatio === null ? `target ${formatRatio(targetRatio ?? 0)}` : `at most ${formatRatio(missRatio)}`,
      },
      ...outcomeColumns(query),
    ],
    paint,
  );
}

function assumptionsText(query: Query, paint: Context['paint']): string {
  const { concurrency: places, coldStartSeconds: cold, initialReplicas: initial, waitSeconds: wait } = query;
  const { price = '1', currency = 'USD', missPrice } = query;
  const missing =
    missPrice === undefined ? 'the least that keeps the SLO' : formatMoney({ amount: missPrice, currency });
  return facts(
    [
      ['SLO', `at most ${formatRatio(Number(query.missRatio))} wait longer than ${wait} s`],
      [
        'replica',
        `${places} at a time, serves ${cold} s after its start, ${formatMoney({ amount: price, currency })} an hour`,
      ],
      ['replicas', `${initial} at first, ${query.minReplicas} to ${query.maxReplicas}`],
      ['service', serviceText(query)],
      ['price of a miss', missing],
      ['target of hpa, kpa', formatRatio(Number(query.targetRatio))],
    ],
    paint,
  );
}

function serviceText({ serviceColumn, serviceSeconds: seconds }: Query): string {
  if (serviceColumn !== undefined) return `column ${serviceColumn}`;
  return seconds === undefined ? '0.05 + ContextTokens/8000 + 0.03 x GeneratedTokens s' : `${String(seconds)} s`;
}

function formatRatio(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

export const scaleCommands = [replayCommand];
