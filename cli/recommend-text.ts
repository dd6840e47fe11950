import type {
  Preview,
  Recommendation,
  RecommendationList,
  RecommendationSummary,
  Saving,
} from '../src/tradeoff/recommendations/schema.ts';
import type { Context } from './frame/context.ts';
import { counted, formatAmount, formatInstant, formatMoney } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

export function listText({ recommendations, totals }: RecommendationList, { paint }: Context): string {
  if (recommendations.length === 0) return '';
  const rows = table(
    recommendations,
    [
      { title: 'RECOMMENDATION', cell: ({ recommendation }) => recommendation },
      {
        title: 'MONTHLY SAVINGS',
        align: 'right',
        cell: ({ saving, counted: part }) => formatMoney(part ?? saving.monthly),
      },
      { title: '95 %', align: 'right', cell: ({ saving }) => intervalText(saving), least: 12 },
      { title: 'CONFIDENCE', cell: ({ confidence }) => confidence.level },
      { title: 'RISK', cell: ({ risk }) => risk.level },
      { title: 'STATE', cell: stateText },
      { title: 'OWNER', cell: ({ assigned }) => assigned?.to.name ?? '' },
      { title: 'WHAT', cell: ({ title }) => title, least: 24 },
    ],
    paint,
  );
  return totals.length === 0 ? rows : `${rows}\n\n${totals.map(totalText).join('\n')}`;
}

function totalText({ saving, sumOfAlone, recommendations, leftOut }: RecommendationList['totals'][number]): string {
  const interval = intervalText(saving);
  const together = `${formatMoney(saving.monthly)} a month together${interval === null ? '' : ` (${interval})`}`;
  const sum =
    sumOfAlone.amount === saving.monthly?.amount
      ? ''
      : `; each alone adds up to ${formatMoney(sumOfAlone)}: they overlap`;
  const others = leftOut.length === 0 ? '' : `; without ${leftOut.join(', ')}: others save more of the same hours`;
  return `${counted(recommendations, 'recommendation')}: ${together} of ${formatMoney(saving.cost)}${sum}${others}`;
}

/** `286.79 to 365.00`. */
function intervalText({ lower, upper }: Saving): string | null {
  return lower === null || upper === null ? null : `${formatAmount(lower.amount)} to ${formatAmount(upper.amount)}`;
}

function stateText({ state, notice, realised }: RecommendationSummary): string {
  if (notice !== null) {
    const postponed = notice.keptUntil === null ? null : `postponed until ${formatInstant(notice.keptUntil)}`;
    return postponed ?? `${notice.isDryRun ? 'would run' : 'runs'} ${formatInstant(notice.actsAt)}`;
  }
  return realised?.monthly == null ? state : `${state}, saved ${formatMoney(realised.monthly)} a month`;
}

export function detailText(one: Recommendation, { paint }: Context): string {
  const { saving, confidence, risk, evidence, realised } = one;
  const figures = facts(
    [
      ['recommendation', one.recommendation],
      ['state', stateText(one)],
      ['what', one.what],
      ['now', one.before],
      ['after', one.after],
      ['monthly savings', savingText(saving)],
      [
        'confidence',
        `${confidence.level}: ${Math.round(confidence.coverageRatio * 100)} % of ${confidence.days.toFixed(1)} days measured`,
      ],
      ['risk', `${risk.level}: ${risk.text}`],
      ['guard', one.guard],
      ['observed', `${formatInstant(evidence.window.start)} to ${formatInstant(evidence.window.end)}`],
      ...evidence.figures.map(({ name, value }): [string, string | null] => [name, value]),
      ['prices', evidence.prices.join('; ') || null],
      ...(evidence.deliveries.length === 0
        ? []
        : [['bill deliveries', evidence.deliveries.join(', ')] as [string, string]]),
      ...(evidence.missing.length === 0 ? [] : [['not known', evidence.missing.join('; ')] as [string, string]]),
      ...(realised === null ? [] : [['really saved', realisedText(realised)] as [string, string]]),
    ],
    paint,
  );
  const timeline = table(
    one.timeline,
    [
      { title: 'AT', cell: ({ at }) => formatInstant(at), least: 20 },
      { title: 'STEP', cell: ({ step }) => step.replace('_', ' ') },
      { title: 'BY', cell: ({ by }) => by ?? '' },
      { title: 'WHAT', cell: ({ text }) => text, least: 24 },
    ],
    paint,
  );
  return `${paint.heading(one.title)}\n\n${figures}\n\n${timeline}`;
}

function savingText(saving: Saving): string {
  if (saving.monthly === null) return `not known: ${saving.reason}`;
  return `${formatMoney(saving.monthly)} (${intervalText(saving)}) of ${formatMoney(saving.cost)}`;
}

function realisedText({
  monthly,
  lower,
  upper,
  stated,
  hours,
  isWithin,
  reason,
}: NonNullable<Recommendation['realised']>) {
  if (monthly === null) return `not known: ${reason}`;
  const interval =
    lower === null || upper === null ? '' : ` (${formatAmount(lower.amount)} to ${formatAmount(upper.amount)})`;
  const comparison =
    isWithin === null ? '' : `, ${isWithin ? 'within' : 'outside'} the estimate (${formatMoney(stated)})`;
  return `${formatMoney(monthly)} a month${interval} over ${counted(hours, 'hour')}${comparison}`;
}

function fileText({ action }: Recommendation): string {
  return action.type === 'by_hand'
    ? 'Change it in your own file:'
    : 'Change it in your own file too, or the next apply undoes it:';
}

export function previewText(preview: Preview, { paint }: Context): string {
  const { recommendation, isDryRun, changes, traffic, money, undo, manifest } = preview;
  const { state, title } = recommendation;
  const head = isDryRun
    ? `Would change: ${title}`
    : state === 'approved'
      ? `Approved, to be done by hand: ${title}`
      : `Done: ${title}`;
  return [
    paint.heading(head),
    ...changes.map((change) => `  ${change}`),
    '',
    facts(
      [
        ['money', money],
        ['traffic', traffic],
        ['back', undo],
      ],
      paint,
    ),
    ...(manifest === null ? [] : ['', fileText(recommendation), '', manifest.trimEnd()]),
  ].join('\n');
}
