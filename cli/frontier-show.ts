import { z } from 'zod';
import { DecimalString } from '../src/platform/units/schema.ts';
import { getFrontier, type ModelFrontier, type ModelFrontierPoint } from '../src/tradeoff/frontier/schema.ts';
import { PolicyName } from '../src/tradeoff/gates/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { counted, formatAmount, formatCount } from './output/amounts.ts';
import { table } from './output/table.ts';

/** Options of `frontier show` and `whatif` that select the quality and the demand. */
export const selectionOptions = {
  policy: { value: 'NAME', schema: PolicyName, describe: 'Policy with the metric, direction, demand and bounds' },
  metric: {
    value: 'METRIC',
    describe: 'Metric of the policy or outcome of the evaluation; default: of the policy, else the first outcome',
  },
  evaluation: { value: 'NAME', describe: 'Evaluation with the outcomes; default: of the policy, else "default"' },
  direction: {
    value: 'higher|lower',
    schema: z.enum(['higher', 'lower']),
    describe: 'Better direction of the metric; default: of the policy, else higher',
  },
  demand: {
    value: 'N',
    schema: z.coerce.number('a number of predictions a month').int().positive('more than 0 predictions a month'),
    describe: 'Predictions a month; default: of the policy, else the recorded traffic',
  },
} as const;

export const frontierShowCommand = command({
  path: ['frontier', 'show'],
  summary: 'Show the versions of a model by cost at demand and quality',
  example: `steelyard frontier show recommender --demand 10000000 --margin 0.01
steelyard frontier show recommender --policy recommender-gate --budget 1200`,
  needs: 'server',
  positionals: { model: { describe: 'Registered model' } },
  options: {
    ...selectionOptions,
    baseline: { value: 'VERSION', describe: 'Version or @alias to compare with; default: the champion' },
    margin: {
      value: 'MARGIN',
      schema: z.coerce.number('a number of at least 0').min(0),
      describe:
        'Largest accepted loss, in the unit of the metric; 0.01 is one point of a share; default: of the policy',
    },
    budget: {
      value: 'AMOUNT',
      schema: DecimalString,
      describe: 'Largest cost a month, in the currency of the costs; default: costPerMonth of the policy',
    },
  },
  run: async (context, { model, demand, ...query }) => {
    const client = await context.client();
    const frontier = await client.call(getFrontier, {
      params: { model },
      query: { ...query, predictionsPerMonth: demand },
    });
    await context.answer(frontier, () => frontierText(frontier, context));
    return 0;
  },
});

function frontierText(frontier: ModelFrontier, context: Context): string {
  const { paint } = context;
  const { points, leftOut, notes } = frontier;
  return [
    paint.good(headline(frontier)),
    ...describeAxes(frontier),
    ...notes.map(paint.waiting),
    ...(points.length === 0 ? [] : ['', pointsTable(frontier, context)]),
    ...(points.length === 0 ? [] : ['', ...describeAnswers(frontier)]),
    ...(points.length === 0 ? [] : describeCascades(frontier)),
    ...points.flatMap(describeRules),
    ...(leftOut.length === 0 ? [] : ['', 'Left out:', ...leftOut.map(describeLeftOut).map(paint.faint)]),
  ].join('\n');
}

function headline({ model, points }: ModelFrontier): string {
  if (points.length === 0) return `${model}: no version has both a cost and a quality.`;
  const count = (status: ModelFrontierPoint['status']) => points.filter((point) => point.status === status).length;
  return `${model}: ${count('frontier')} of ${counted(points.length, 'point')} on the frontier, ${count('tied')} tied, ${count('dominated')} dominated.`;
}

function describeAxes({ costAxis: { demand, currency }, qualityAxis, baseline }: ModelFrontier): string[] {
  const cost =
    demand === null
      ? []
      : [
          `Cost: ${currency} a month at ${formatCount(Math.round(demand.predictionsPerMonth))} predictions a month (${demand.source}).`,
        ];
  const quality =
    qualityAxis === null
      ? []
      : [
          `Quality: ${qualityAxis.metric} of evaluation "${qualityAxis.evaluation}", ${qualityAxis.direction} is better${baseline === null ? '' : `; differences to version ${baseline.version}`}.`,
        ];
  return [...cost, ...quality];
}

function pointsTable({ points, qualityAxis, policy }: ModelFrontier, { paint }: Context): string {
  const isShare = qualityAxis?.kind === 'binary';
  const format = (value: number) => (isShare ? `${(100 * value).toFixed(2)} %` : String(Number(value.toPrecision(6))));
  return table(
    points,
    [
      { title: 'POINT', cell: formatPoint, least: 20 },
      { title: 'REPLICAS', align: 'right', cell: ({ replicas }) => formatReplicas(replicas) },
      { title: 'A MONTH', align: 'decimal', cell: ({ costPerMonth }) => formatAmount(costPerMonth.amount) },
      { title: 'INTERVAL', cell: ({ costPerMonth: { lower, upper } }) => formatCosts(lower, upper), least: 8 },
      { title: 'QUALITY', align: 'right', cell: ({ quality }) => format(quality.estimate) },
      { title: 'INTERVAL', cell: ({ quality: { lower, upper } }) => formatEnds(lower, upper, format), least: 8 },
      {
        title: 'STATUS',
        cell: ({ status }) => status,
        style: ({ status }) => (status === 'frontier' ? paint.good : paint.faint),
      },
      ...(policy === null
        ? []
        : [{ title: 'POLICY', cell: ({ acceptance }: ModelFrontierPoint) => acceptance?.result ?? null }]),
      { title: 'BEST AT A PRICE PER POINT', cell: ({ tradePrice }) => formatPrices(tradePrice), least: 8 },
    ],
    paint,
  );
}

const PERCENT = 100;

/** A version by its id, a cascade as "v2 -> v5 (t 0.82, 31 % escalate)". */
function formatPoint({ point, cascade }: ModelFrontierPoint): string {
  if (cascade === null) return point;
  const { stages, acceptAtConfidence, escalated } = cascade;
  const versions = stages.map(({ version }) => `v${version}`).join(' -> ');
  const share = Number((PERCENT * escalated.estimate).toPrecision(2));
  return `${versions} (t ${formatThreshold(acceptAtConfidence)}, ${share} % escalate)`;
}

/** Four significant digits, as in the id of the point. */
function formatThreshold(confidence: number): string {
  return String(Number(confidence.toPrecision(4)));
}

export function formatReplicas({ least, most }: ModelFrontierPoint['replicas']): string {
  return least === most ? String(most) : `${least} to ${most}`;
}

function formatCosts(lower: string | null, upper: string | null): string | null {
  return lower === null || upper === null ? null : `${formatAmount(lower)} to ${formatAmount(upper)}`;
}

function formatEnds(lower: number | null, upper: number | null, format: (value: number) => string): string | null {
  return lower === null || upper === null ? null : `${format(lower)} to ${format(upper)}`;
}

function formatPrices(range: ModelFrontierPoint['tradePrice']): string | null {
  if (range === null) return null;
  return range.to === null
    ? `from ${formatAmount(range.from)}`
    : `${formatAmount(range.from)} to ${formatAmount(range.to)}`;
}

function describeAnswers({ cheapestNonInferior, bestWithinBudget }: ModelFrontier): string[] {
  const { unproven } = cheapestNonInferior;
  const open = unproven.map(({ point, samplesNeeded }) =>
    samplesNeeded === null ? point : `${point} (${formatCount(samplesNeeded)} further examples)`,
  );
  const tied = bestWithinBudget.tied;
  return [
    describeChoice('Cheapest non-inferior', cheapestNonInferior),
    ...(open.length === 0 ? [] : [`  Cheaper, not proven: ${open.join('; ')}.`]),
    describeChoice('Best within the budget', bestWithinBudget),
    ...(tied.length === 0 ? [] : [`  Cheaper and not told apart from it: ${tied.join('; ')}.`]),
  ];
}

function describeChoice(name: string, { point, reason }: { readonly point: string | null; readonly reason: string }) {
  return point === null ? `${name}: none; ${reason}.` : `${name}: ${point}; ${reason}.`;
}

function describeCascades({ points, cascades: { pairs, reason } }: ModelFrontier): string[] {
  if (pairs.length === 0) return [`No cascade: ${reason}.`];
  return pairs.flatMap((pair) => {
    const name = `v${pair.first} -> v${pair.last}`;
    const cascade = points.find(({ point }) => point === pair.point)?.cascade;
    if (cascade == null) return [`No cascade ${name}: ${pair.reason}.`];
    const { acceptAtConfidence, escalated, fittedRows, reportedRows } = cascade;
    const share = formatEnds(escalated.lower, escalated.upper, (value) => `${(PERCENT * value).toFixed(1)} %`);
    return [
      `Cascade ${name}: v${pair.last} is asked below confidence ${formatThreshold(acceptAtConfidence)}, for ${(PERCENT * escalated.estimate).toFixed(1)} % (${share}) of the requests.`,
      `  Threshold fitted on ${counted(fittedRows, 'example')} at a margin of ${pair.margin} against v${pair.last}; all figures are of ${formatCount(reportedRows)} other ones.`,
    ];
  });
}

function describeRules({ point, acceptance }: ModelFrontierPoint): string[] {
  const rules = acceptance?.rules ?? [];
  return rules.map(
    ({ name, result, reason }) => `  ${point}: ${name} ${result === 'fails' ? 'fails' : 'is inconclusive'}: ${reason}`,
  );
}

function describeLeftOut({ version, hardware, missing, reason }: ModelFrontier['leftOut'][number]): string {
  return `  version ${version}${hardware === null ? '' : ` on ${hardware}`}, ${missing} unknown: ${reason}`;
}
