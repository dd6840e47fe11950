import type { ResponseOf } from '../src/platform/contract/schema.ts';
import { getVersionEvidence, type VersionEvidence } from '../src/tradeoff/evidence/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { counted, formatAmount, formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

const showCommand = command({
  path: ['evidence', 'show'],
  summary: 'Show quality, costs and value of a version, with prices and bills',
  example: 'steelyard evidence show recommender 3\nsteelyard evidence show recommender 3 --json',
  needs: 'server',
  positionals: { model: { describe: 'Registered model' }, version: { describe: 'Model version' } },
  run: async (context, params) => {
    const client = await context.client();
    const evidence = await client.call(getVersionEvidence, { params });
    await context.answer(evidence, () => evidenceText(evidence, context));
    return 0;
  },
});

function evidenceText(evidence: ResponseOf<typeof getVersionEvidence>, context: Context): string {
  const { paint } = context;
  const { model, version, aliases, runId, createdAt, pricesAsOf, billDeliveries, priceBooks } = evidence;
  const head = facts(
    [
      ['version', `${model} ${version}${aliases.map((alias) => ` @${alias}`).join('')}`],
      ['run', runId],
      ['registered', formatInstant(createdAt)],
      ['prices as of', pricesAsOf == null ? null : formatInstant(pricesAsOf)],
      ['price books', joinNames(priceBooks)],
      ['bill deliveries', joinNames(billDeliveries)],
    ],
    paint,
  );
  const sections = [
    ['Quality', qualityText(evidence, context)],
    ['Quality in traffic', liveText(evidence, context)],
    ['Training cost', costLine(evidence.trainingCost.cost, evidence.trainingCost.basis, evidence.trainingCost.reason)],
    ['Making cost', makingText(evidence, context)],
    ['Unit costs', unitCostsText(evidence, context)],
    ['Value of a prediction', valueText(evidence, context)],
  ];
  return [head, ...sections.map(([title, text]) => `${paint.heading(title ?? '')}\n${text}`)].join('\n\n');
}

function joinNames(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.join(', ');
}

function qualityText({ quality }: VersionEvidence, { paint }: Context): string {
  if (quality.length === 0) return 'no metric was logged';
  return table(
    quality,
    [
      { title: 'METRIC', cell: ({ metric }) => metric },
      { title: 'VALUE', align: 'decimal', cell: ({ value }) => String(Number(value.toPrecision(6))) },
      {
        title: '95 % INTERVAL',
        cell: ({ interval }) => (interval === null ? null : `${interval.lower} to ${interval.upper}`),
      },
      {
        title: 'N',
        align: 'right',
        cell: ({ sampleSize }) => (sampleSize === null ? null : formatCount(sampleSize)),
      },
      {
        title: 'MEASURED',
        cell: ({ measuredAt }) => (measuredAt === null ? null : formatInstant(measuredAt)),
        least: 20,
      },
    ],
    paint,
  );
}

function liveText({ live = [] }: VersionEvidence, { paint }: Context): string {
  if (live.length === 0) return 'unknown: the model has no monitor, or no prediction of this version is logged';
  return table(
    live,
    [
      { title: 'METRIC', cell: ({ metric }) => metric },
      { title: 'KIND', cell: ({ kind }) => kind },
      {
        title: 'VALUE',
        align: 'right',
        cell: ({ value }) => (value === null ? null : String(Number(value.toPrecision(4)))),
      },
      {
        title: '95 % INTERVAL',
        cell: ({ interval }) =>
          interval === null
            ? null
            : `${Number(interval.lower.toPrecision(4))} to ${Number(interval.upper.toPrecision(4))}`,
      },
      { title: 'PREDICTIONS', align: 'right', cell: ({ n }) => formatCount(n) },
      {
        title: 'LABELLED',
        align: 'right',
        cell: ({ completeness }) => (completeness === null ? null : `${Number((100 * completeness).toFixed(1))} %`),
      },
      { title: 'WINDOW', cell: ({ window }) => `${window.start} to ${window.end}`, least: 20 },
    ],
    paint,
  );
}

/** `$12.50 (metered)`; with a reason, the reason. */
function costLine(cost: VersionEvidence['trainingCost']['cost'], basis: string | null, reason: string | null): string {
  const amount = cost === null ? 'unknown' : `${formatMoney(cost)} (${basis})`;
  return reason === null ? amount : `${amount}: ${reason}`;
}

function makingText({ makingCost }: VersionEvidence, { paint }: Context): string {
  if (makingCost == null) return 'unknown: the version names no run';
  const { cost, basis, reason, isLowerBound, shared, sharedWith, parts } = makingCost;
  const lines = [`${isLowerBound ? 'at least ' : ''}${costLine(cost, basis, reason)}`];
  if (shared !== null) {
    const versions = sharedWith.length === 0 ? '' : `, also in version ${sharedWith.join(', ')}`;
    lines.push(`of it ${formatMoney(shared)} for other runs${versions}`);
  }
  const shown = parts.slice(0, MOST_PARTS);
  const rows = table(
    shown,
    [
      { title: 'RUN', cell: ({ run }) => run },
      { title: 'STEP OR NAME', cell: ({ step, name }) => step ?? name },
      { title: 'RELATION', cell: ({ relation }) => relation },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'COST', align: 'decimal', cell: (part) => formatMoney(part.cost) },
      { title: 'BASIS', cell: (part) => part.basis },
      { title: 'NOTE', cell: (part) => part.reason ?? '', least: 16 },
    ],
    paint,
  );
  const more = parts.length > shown.length ? [`${counted(parts.length - shown.length, 'further run')} in --json`] : [];
  return [...lines, rows, ...more].join('\n');
}

const MOST_PARTS = 30;

function unitCostsText({ unitCosts = [] }: VersionEvidence, { paint }: Context): string {
  if (unitCosts.length === 0) return 'no benchmark and no served traffic was recorded';
  return table(
    unitCosts,
    [
      { title: 'BASIS', cell: ({ basis }) => basis },
      { title: 'HARDWARE', cell: ({ hardware }) => hardware.name },
      { title: 'PER 1,000', align: 'decimal', cell: ({ perThousand }) => formatMoney(perThousand) },
      {
        title: '95 % INTERVAL',
        cell: ({ interval }) =>
          interval === null ? null : `${formatAmount(interval.lower)} to ${formatAmount(interval.upper)}`,
      },
      { title: 'PREDICTIONS', align: 'right', cell: ({ predictions }) => formatCount(predictions) },
      { title: 'WINDOW', cell: ({ window }) => `${window.start} to ${window.end}`, least: 20 },
      { title: 'NOTE', cell: ({ reason }) => reason ?? '', least: 16 },
    ],
    paint,
  );
}

function valueText({ value = [] }: VersionEvidence, { paint }: Context): string {
  if (value.length === 0) return 'unknown: no outcome event, and no value is stated';
  return table(
    value,
    [
      { title: 'SOURCE', cell: ({ source }) => source },
      { title: 'VALUE', align: 'decimal', cell: ({ perPrediction }) => formatMoney(perPrediction) },
      {
        title: '95 % INTERVAL',
        cell: ({ interval }) =>
          interval === null ? null : `${formatAmount(interval.lower)} to ${formatAmount(interval.upper)}`,
      },
      {
        title: 'PREDICTIONS',
        align: 'right',
        cell: ({ predictions }) => (predictions === null ? null : formatCount(predictions)),
      },
      {
        title: 'COMPLETENESS',
        cell: ({ completeness }) => (completeness === null ? null : `${Number((100 * completeness).toFixed(1))} %`),
      },
      { title: 'NOTE', cell: ({ reason, origin }) => reason ?? origin, least: 16 },
    ],
    paint,
  );
}

export const evidenceCommands = [showCommand];
