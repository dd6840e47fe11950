import {
  type Anomaly,
  type AnomalyDetail,
  type AnomalyList,
  AnomalyMeasure,
  AnomalyState,
  AnomalyVerdict,
  anomaliesCsv,
  anomalyHandling,
  getAnomaly,
  giveAnomalyFeedback,
  groupRepeats,
  listAnomalies,
  NewFeedback,
  undoAnomalyFeedback,
} from '../src/finops/anomalies/schema.ts';
import { passOn, refuseBothFormats } from './downloads.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { buildHandlingCommands } from './handling.ts';
import { counted, formatAmount, formatMoney } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

const anomaly = { anomaly: { describe: 'Id of the anomaly' } };
const { direction, team, period, from, to, owner } = listAnomalies.query.shape;

const listCommand = command({
  path: ['anomaly', 'list'],
  summary: 'List anomalies in the ledger with their cost impact',
  example: `steelyard anomaly list --period 2026-11
steelyard anomaly list --state open --team search --json`,
  needs: 'server',
  options: {
    state: { value: AnomalyState.options.join('|'), schema: AnomalyState, describe: 'Only this state' },
    direction: { value: 'over|under', schema: direction, describe: 'Only above or only below the expected value' },
    measure: { value: AnomalyMeasure.options.join('|'), schema: AnomalyMeasure, describe: 'Only of this measure' },
    team: { value: 'NAME', schema: team, describe: 'Only of this team' },
    period: {
      value: 'MONTH',
      schema: period,
      describe: 'Only anomalies with a day in this month; cost covers its days',
    },
    from: { value: 'MONTH|DAY', schema: from, describe: 'First month or day of a range; it replaces --period' },
    to: { value: 'MONTH|DAY', schema: to, describe: 'Last month or day of the range, included' },
    owner: { value: 'NAME', schema: owner, describe: 'Only of this account or team; "none": without an owner' },
    all: { describe: 'Include minor and repeated anomalies, one line each' },
    csv: { describe: 'Print CSV' },
  },
  run: async (context, { csv, all, ...query }) => {
    refuseBothFormats(context, csv);
    const client = await context.client();
    if (csv) {
      await passOn(await client.download(anomaliesCsv, { query }), context);
      return 0;
    }
    const list = await client.call(listAnomalies, { query });
    await context.answer(list, () => listText(list, all, context));
    if (list.judging === null) await context.remark('Anomaly detection has not run yet; it runs after an import.');
    return 0;
  },
});

const showCommand = command({
  path: ['anomaly', 'show'],
  summary: 'Show an anomaly with its price, volume and mix effects and its charges',
  example: 'steelyard anomaly show an_0123456789abcdef',
  needs: 'server',
  positionals: anomaly,
  run: async (context, params) => {
    const detail = await (await context.client()).call(getAnomaly, { params });
    await context.answer(detail, () => detailText(detail, context));
    return 0;
  },
});

const feedbackCommand = command({
  path: ['anomaly', 'feedback'],
  summary: 'Mark an anomaly as expected, planned or wrong; later alerts take this into account',
  example: `steelyard anomaly feedback an_0123456789abcdef expected --note "the new model"
steelyard anomaly feedback an_0123456789abcdef planned --until 2026-11-30
steelyard anomaly feedback an_0123456789abcdef --undo`,
  needs: 'server',
  positionals: {
    ...anomaly,
    verdict: { describe: `${AnomalyVerdict.options.join(', ')}; omitted with --undo`, optional: true },
  },
  options: {
    until: { value: 'DAY', schema: NewFeedback.shape.until, describe: 'Planned: the last day of the plan' },
    note: { value: 'TEXT', schema: NewFeedback.shape.note, describe: 'Why' },
    undo: { describe: 'Remove the feedback' },
  },
  run: async (context, { anomaly: id, verdict, until, note, undo }) => {
    const params = { anomaly: id };
    const client = await context.client();
    const parsedVerdict = AnomalyVerdict.safeParse(verdict);
    if (undo !== (verdict === undefined) || (!undo && !parsedVerdict.success)) {
      throw new CommandError('usage', '"anomaly feedback" needs expected, planned or wrong, or --undo alone.');
    }
    const answer = parsedVerdict.success
      ? await client.call(giveAnomalyFeedback, {
          params,
          body: {
            verdict: parsedVerdict.data,
            ...(until === undefined ? {} : { until }),
            ...(note === undefined ? {} : { note }),
          },
        })
      : await client.call(undoAnomalyFeedback, { params });
    await context.answer(answer, () => formatFeedback(answer));
    return 0;
  },
});

function formatFeedback({ id, feedback }: Anomaly): string {
  if (feedback === null) return `Feedback on ${id} removed; anomaly detection runs again.`;
  const until = feedback.until === null ? '' : ` until ${feedback.until}`;
  return `${id} is ${feedback.verdict}${until}, and not counted; anomaly detection runs again.`;
}

function listText(list: AnomalyList, all: boolean, { paint }: Context): string {
  const { anomalies, totals, judging, others, minor, minImpactPercent } = list;
  const through = judging?.through == null ? '' : ` Judged through ${judging.through}.`;
  if (anomalies.length === 0) return `${paint.good('No anomaly.')}${through}`;
  const sides = totals.map(({ currency, over, under, wasted }) => {
    const use =
      Number(wasted) === 0
        ? ''
        : `; ${formatMoney({ amount: wasted, currency })} of the amount paid bought fewer GPU hours and predictions than usual`;
    const money = (amount: string) => formatMoney({ amount, currency });
    return `${money(over)} above and ${money(under)} below expected${use}`;
  });
  const major = anomalies.length + others - minor;
  const money = sides.length === 0 ? 'none of them counts' : sides.join('; ');
  const head =
    major === 0
      ? `${paint.good(`No anomaly of ${minImpactPercent}% of the spend or more.`)}${through}`
      : `${counted(major, 'anomaly', 'anomalies')}: ${money}.${through}`;
  const listed = all ? anomalies : anomalies.filter(({ isMinor, state }) => !isMinor || state === 'restated');
  const groups = all ? listed.map((first) => ({ first, repeats: [] })) : groupRepeats(listed);
  const occurrences = new Map(groups.map(({ first, repeats }) => [first, String(repeats.length + 1)]));
  const left =
    all || minor === 0
      ? ''
      : `\n\n${counted(minor, 'smaller anomaly', 'smaller anomalies')} (below ${minImpactPercent} % of the spend) not shown: --all lists them.`;
  const rows = table(
    groups.map(({ first }) => first),
    [
      { title: 'ANOMALY', cell: ({ id }) => id },
      { title: 'START', cell: ({ start }) => start },
      { title: 'END', cell: ({ end, state }) => (state === 'open' ? 'ongoing' : end) },
      { title: 'KIND', cell: ({ kind }) => kind.replace('_', ' ') },
      { title: 'STATE', cell: (one) => stateText(one) },
      ...(all
        ? []
        : [{ title: 'TIMES', align: 'right' as const, cell: (one: Anomaly) => occurrences.get(one) ?? '1' }]),
      { title: 'IMPACT', align: 'decimal', cell: ({ impact }) => (impact === null ? '–' : formatAmount(impact)) },
      { title: 'CURRENCY', cell: ({ currency }) => currency ?? '' },
      { title: 'DESCRIPTION', cell: ({ sentence }) => sentence, least: 24 },
    ],
    paint,
  );
  return groups.length === 0 ? `${head}${left}` : `${head}\n\n${rows}${left}`;
}

function stateText({ state, feedback }: Anomaly): string {
  return feedback === null ? state : `${state}, ${feedback.verdict}`;
}

function detailText(detail: AnomalyDetail, { paint }: Context): string {
  const { currency, evidence, feedback, restatement, unit } = detail;
  const money = (amount: string) => (currency === null ? formatAmount(amount) : formatMoney({ amount, currency }));
  const isMoney = unit === null || detail.measure === 'cost_per_1000_predictions';
  const figure = (amount: string) =>
    detail.measure === 'gpu_utilization'
      ? `${Number((Number(amount) * 100).toFixed(1))} %`
      : isMoney
        ? money(amount)
        : `${formatAmount(amount)} ${unit}`;
  const rows: [string, string | null][] = [
    ['what', detail.sentence],
    ['days', `${detail.start} to ${detail.end}, ${detail.kind.replace('_', ' ')}, ${stateText(detail)}`],
    ['actual', figure(detail.actual)],
    ['expected', figure(detail.expected)],
    ['impact', detail.impact === null ? null : money(detail.impact)],
    ['seen in', detail.seenIn.map((slice) => slice.map(({ value }) => value).join(', ') || 'everything').join('; ')],
    ['related', detail.related.length === 0 ? null : detail.related.join(', ')],
    ['restated', restatement === null ? null : `${money(restatement.difference)} at ${restatement.at}`],
    [
      'feedback',
      feedback === null
        ? null
        : `${feedback.verdict} by ${feedback.by}${feedback.note === null ? '' : `: ${feedback.note}`}`,
    ],
  ];
  if (evidence === null) return facts(rows, paint);
  const parts = Object.entries(evidence.effects).filter(([, amount]) => amount !== '0');
  const behind = table(
    evidence.rows.slice(0, MOST_ROWS),
    [
      {
        title: 'CHARGE',
        cell: ({ values }) =>
          Object.values(values)
            .flatMap((value) => value ?? [])
            .join(', '),
      },
      { title: 'EXPECTED', align: 'decimal', cell: ({ expected }) => formatAmount(expected) },
      { title: 'ACTUAL', align: 'decimal', cell: ({ actual }) => formatAmount(actual) },
      { title: 'CHANGE', align: 'decimal', cell: ({ change }) => formatAmount(change) },
    ],
    paint,
  );
  const effects = facts(
    parts.map(([name, amount]): [string, string] => [name, money(amount)]),
    paint,
  );
  return [facts(rows, paint), '', effects, '', behind].join('\n');
}

const MOST_ROWS = 20;

const handlingCommands = buildHandlingCommands(anomalyHandling, {
  ...{ noun: 'anomaly', thing: 'anomaly', param: 'anomaly', example: 'an_4f2c8a1b9d3e5f60' },
});

export const ledgerAnomalyCommands = [listCommand, showCommand, feedbackCommand, ...handlingCommands];
