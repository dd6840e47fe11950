import { z } from 'zod';
import { type WhatIfAnswer, WhatIfChange, type WhatIfState, whatIf } from '../src/tradeoff/frontier/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { formatReplicas, selectionOptions } from './frontier-show.ts';
import { formatAmount, formatCount, formatMoney } from './output/amounts.ts';
import { table } from './output/table.ts';

const whatIfCommand = command({
  path: ['whatif'],
  summary: 'Compute cost, latency and quality of a model after a change',
  example: `steelyard whatif recommender --traffic 10x
steelyard whatif recommender --hardware gpu:A10G --spot
steelyard whatif recommender --accept-loss 0.5 --demand 10000000`,
  needs: 'server',
  positionals: { model: { describe: 'Registered model' } },
  options: {
    version: { value: 'VERSION', describe: 'Version or @alias that is served now; default: the champion' },
    traffic: {
      value: 'FACTORx',
      schema: z
        .string()
        .regex(/^\d+(\.\d+)?x?$/, 'a factor such as 10x')
        .transform((text) => Number(text.replace('x', ''))),
      describe: 'Factor on the demand, such as 10x',
    },
    hardware: { value: 'NAME', describe: 'Hardware of a replica, such as "1 x gpu:A10G"; needs a benchmark on it' },
    spot: { describe: 'Replicas on spot capacity, by the spot terms of PurchaseTerms' },
    precision: {
      value: 'half|int8',
      schema: z.enum(['half', 'int8']),
      describe: 'Numeric precision; needs a version that is tagged with it',
    },
    replicas: {
      value: 'N',
      schema: z.coerce.number('a whole number of replicas').int().min(1),
      describe: 'Fixed number of replicas',
    },
    acceptLoss: {
      value: 'POINTS',
      schema: z.coerce.number('a number of points').positive(),
      describe: 'Accepted loss of quality in points: the cheapest version that is proven within it',
    },
    ...selectionOptions,
  },
  run: async (context, input) => {
    const { model, traffic, hardware, spot, precision, replicas, acceptLoss, demand, ...selection } = input;
    const stated = { traffic, hardware, spot: spot ? true : undefined, precision, replicas, acceptLoss };
    const change = WhatIfChange.safeParse(omitUndefined(stated));
    if (!change.success) {
      throw new CommandError(
        'usage',
        'State a change: --traffic, --hardware, --spot, --precision, --replicas or --accept-loss.',
      );
    }
    const client = await context.client();
    const body = { ...omitUndefined({ ...selection, predictionsPerMonth: demand }), change: change.data };
    const answer = await client.call(whatIf, { params: { model }, body: whatIf.body.parse(body) });
    await context.answer(answer, () => answerText(answer, context));
    return 0;
  },
});

function omitUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function answerText(answer: WhatIfAnswer, { paint }: Context): string {
  const { now, assumptions, missing } = answer;
  const rows = listRows(answer);
  return [
    paint.good(headline(answer)),
    '',
    table(
      rows,
      [
        { title: '', cell: ({ name }) => name },
        { title: `NOW: VERSION ${now.version}`, cell: ({ before }) => before, least: 12 },
        ...(answer.then === null
          ? []
          : [
              { title: `THEN: VERSION ${answer.then.version}`, cell: ({ after }: Row) => after, least: 12 },
              { title: 'DIFFERENCE', cell: ({ change }: Row) => change, least: 10 },
            ]),
      ],
      paint,
    ),
    ...(assumptions.length === 0 ? [] : ['', 'Assumed, not measured:', ...assumptions.map((text) => `  ${text}`)]),
    ...(missing.length === 0 ? [] : ['', 'Missing:', ...missing.map((text) => paint.waiting(`  ${text}`))]),
  ].join('\n');
}

function headline({ model, then: next, difference }: WhatIfAnswer): string {
  if (next === null) return `${model}: no version meets the change.`;
  const cost = difference?.costPerMonth ?? null;
  if (cost === null) return `${model}: the cost after the change is unknown.`;
  const ratio = difference?.costRatio == null ? '' : ` (${Number(difference.costRatio)} times the cost now)`;
  const amount = formatMoney({ ...cost, amount: cost.amount.replace('-', '') });
  const direction = cost.amount.startsWith('-') ? 'less' : 'more';
  return `${model}: ${amount} a month ${direction}${ratio}.`;
}

interface Row {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Empty for a row without a difference. */
  readonly change: string;
}

function listRows({ now, then: next, difference }: WhatIfAnswer): Row[] {
  const row = (name: string, format: (state: WhatIfState) => string | null, change: string | null = null): Row => ({
    name,
    before: format(now),
    after: next === null ? null : format(next),
    change: change ?? '',
  });
  return [
    row('hardware', ({ configuration, purchase }) =>
      configuration === null ? null : `${configuration.hardware.name}${purchase === 'spot' ? ', spot' : ''}`,
    ),
    row('predictions a month', ({ demand }) => demand && formatCount(Math.round(demand.predictionsPerMonth))),
    row('replicas', ({ replicas }) => replicas && formatReplicas(replicas)),
    row(
      'cost a month',
      ({ costPerMonth }) => costPerMonth && formatCost(costPerMonth),
      formatChange(difference?.costPerMonth),
    ),
    row(
      'requests that wait too long',
      ({ latency }) => latency && formatWaiting(latency),
      difference?.waiting == null ? null : formatEnds(difference.waiting, 'points'),
    ),
    row('quality', ({ quality }) => quality && formatQuality(quality), formatChangedQuality(difference?.quality)),
  ];
}

type Cost = NonNullable<WhatIfState['costPerMonth']>;

function formatCost(cost: Cost): string {
  const { lower, upper } = cost;
  const interval = lower === null || upper === null ? '' : ` (${formatAmount(lower)} to ${formatAmount(upper)})`;
  return `${formatMoney(cost)}${interval}`;
}

function formatChange(cost: Cost | null | undefined): string | null {
  return cost == null ? null : formatCost(cost);
}

function formatWaiting({ share, lower, upper, holdsSlo, slo }: NonNullable<WhatIfState['latency']>): string {
  const verdict = holdsSlo === null ? 'SLO not shown' : holdsSlo ? 'SLO holds' : 'SLO missed';
  return `${formatShare(share)} (${formatShare(lower)} to ${formatShare(upper)}) over ${slo.waitSeconds} s; ${verdict}`;
}

function formatShare(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function formatEnds(
  { estimate, lower, upper }: { estimate: number; lower: number; upper: number },
  unit: string,
): string {
  const show = (value: number) => String(Number((100 * value).toFixed(1)));
  return `${show(estimate)} ${unit} (${show(lower)} to ${show(upper)})`;
}

const DIGITS = 5;

function formatNumber(value: number): string {
  return String(Number(value.toPrecision(DIGITS)));
}

function formatQuality({ estimate, lower, upper }: NonNullable<WhatIfState['quality']>): string {
  const interval = lower === null || upper === null ? '' : ` (${formatNumber(lower)} to ${formatNumber(upper)})`;
  return `${formatNumber(estimate)}${interval}`;
}

function formatChangedQuality(quality: NonNullable<WhatIfAnswer['difference']>['quality'] | undefined): string | null {
  if (quality == null) return null;
  return quality.test === 'same version' ? '0 (same version)' : formatQuality(quality);
}

export const whatIfCommands = [whatIfCommand];
