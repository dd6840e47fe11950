import type { Optimization, OptimizationCheck, OptimizationDetail } from '../../src/tradeoff/optimizations/schema.ts';
import type { Context } from '../frame/context.ts';
import { counted, formatAmount, formatCount, formatInstant, formatMoney } from '../output/amounts.ts';
import type { Paint } from '../output/paint.ts';
import { facts, table } from '../output/table.ts';

const plain = (text: string): string => text;

export function optimizationsText(optimizations: readonly Optimization[], { paint }: Context): string {
  if (optimizations.length === 0) return '';
  return table(
    optimizations,
    [
      { title: 'OPTIMIZATION', cell: ({ optimization }) => optimization },
      { title: 'STATE', cell: ({ state }) => formatState(state), style: ({ state }) => stateStyle(state, paint) },
      { title: 'TRAFFIC', align: 'right', cell: ({ percent }) => formatPercent(percent) },
      { title: 'SAVED A MONTH', align: 'right', cell: monthlyText },
      { title: 'ENDPOINT', cell: ({ endpoint }) => endpoint, least: 8 },
      { title: 'CHANGE', cell: ({ summary }) => summary, least: 16 },
      { title: 'WAITS FOR', cell: ({ waitsFor, reason }) => waitsFor ?? reason ?? '', least: 16 },
    ],
    paint,
  );
}

/** The measured saving, or the expected one as such. */
function monthlyText({ saving, expected }: Optimization): string | null {
  if (saving.monthly !== null) return formatMoney(saving.monthly);
  const monthly = expected?.monthly ?? null;
  return monthly === null ? null : `${formatMoney(monthly)} expected`;
}

function formatState(state: Optimization['state']): string {
  return state.replace('_', ' ');
}

function stateStyle(state: Optimization['state'], paint: Paint): (text: string) => string {
  if (state === 'watched' || state === 'closed') return paint.good;
  return state === 'rolled_back' || state === 'undone' ? paint.bad : plain;
}

/** `12.5 %`. */
function formatPercent(percent: number): string {
  return `${Number(percent.toPrecision(4))} %`;
}

export function optimizationText(one: OptimizationDetail, { paint }: Context): string {
  const { baseline, candidate } = one;
  const head = facts(
    [
      ['optimization', one.optimization],
      ['state', stateText(one)],
      ['endpoint', one.endpoint],
      ['change', one.summary],
      ['baseline', baseline === null ? null : armText(baseline)],
      ['candidate', candidate === null ? null : `${armText(candidate)}, ${formatPercent(one.percent)} of the traffic`],
      ['ramp', rampText(one)],
      ...optional('deadline', one.deadlineAt === null ? null : formatInstant(one.deadlineAt)),
      ...optional('waits for', one.waitsFor),
      ...optional('last look', one.judgedAt === null ? null : formatInstant(one.judgedAt)),
      ['saving', savingText(one)],
      ...optional('expected', expectedText(one)),
      ...optional('watch', watchText(one)),
    ],
    paint,
  );
  const parts = [head, ...(one.checks.length === 0 ? [] : [checksText(one.checks, paint)]), timelineText(one, paint)];
  return parts.join('\n\n');
}

function optional(name: string, value: string | null): [string, string][] {
  return value === null ? [] : [[name, value]];
}

function stateText({ state, reason }: OptimizationDetail): string {
  return reason === null ? formatState(state) : `${formatState(state)}: ${reason}`;
}

function armText({ variant, model, version }: NonNullable<Optimization['baseline']>): string {
  return model === null ? variant : `${variant} (${model} version ${version ?? 'unknown'})`;
}

/** `1, 5, [10], 25, 50 %, then all but 2 %`: the present step is in brackets. */
function rampText({ spec, step, state }: OptimizationDetail): string {
  const shadow = spec.shadowFirst === undefined ? [] : ['copies only'];
  const steps = [...shadow, ...spec.ramp.percents.map(String)];
  const shown = steps.map((text, at) => (state === 'running' && at === step ? `[${text}]` : text));
  const rest = spec.holdOut > 0 ? `all but ${formatPercent(100 * spec.holdOut)}` : 'all';
  return `${shown.join(', ')} %, then ${rest}`;
}

/** `$12.30 in 26 hours (95 %: 11.00 to 13.60), $345.46 a month; metered`. */
function savingText({ saving }: Pick<Optimization, 'saving'>): string {
  const { saved, lower, upper, monthly, hours, basis, reason } = saving;
  if (saved === null) return `not known: ${reason ?? 'not measured yet'}`;
  const interval =
    lower === null || upper === null ? '' : ` (95 %: ${formatAmount(lower.amount)} to ${formatAmount(upper.amount)})`;
  const month = monthly === null ? '' : `, ${formatMoney(monthly)} a month`;
  return `${formatMoney(saved)} in ${counted(hours, 'hour')}${interval}${month}; ${basis}${reason === null ? '' : `; ${reason}`}`;
}

/** Null for an optimization without a recorded expectation. */
function expectedText({ expected }: OptimizationDetail): string | null {
  if (expected === null) return null;
  const { monthly, lower, upper, requestsPerHour, reason } = expected;
  if (monthly === null) return `not known: ${reason ?? 'not measured'}`;
  const interval =
    lower === null || upper === null || lower.amount === upper.amount
      ? ''
      : ` (${formatAmount(lower.amount)} to ${formatAmount(upper.amount)})`;
  const demand = requestsPerHour === null ? '' : `, at ${formatCount(Math.round(requestsPerHour))} requests an hour`;
  return `${formatMoney(monthly)} a month${interval}${demand}`;
}

function watchText({ watch, spec }: OptimizationDetail): string | null {
  if (watch === null) return null;
  const alarm = formatCount(spec.watch.averageRunLength);
  const evidence = watch.evidence.map(
    ({ metric, value }) => `${metric}: evidence of a loss ${formatFigure(value)} of ${alarm}`,
  );
  const tested = `${counted(watch.observations, 'observation')} tested until ${formatInstant(watch.cohortsUntil)}`;
  return [tested, ...evidence, ...(watch.waitsFor === null ? [] : [watch.waitsFor])].join('; ');
}

type ShownCheck = Omit<OptimizationCheck, 'kind'>;

export function checksText(checks: readonly ShownCheck[], paint: Paint): string {
  return table(
    checks,
    [
      { title: 'CHECK', cell: ({ name }) => name },
      { title: 'VERDICT', cell: ({ verdict }) => verdict, style: ({ verdict }) => verdictStyle(verdict, paint) },
      { title: 'DIFFERENCE', align: 'right', cell: ({ estimate }) => formatSigned(estimate) },
      {
        title: 'INTERVAL',
        cell: ({ lower, upper }) =>
          lower === null && upper === null ? null : `${formatSigned(lower) ?? '-∞'} to ${formatSigned(upper) ?? '∞'}`,
      },
      { title: 'N', align: 'right', cell: ({ n }) => formatCount(n) },
      { title: 'ALLOWED', cell: ({ limit }) => limit },
      { title: 'STILL NEEDED', cell: neededText, least: 16 },
    ],
    paint,
  );
}

function verdictStyle(verdict: OptimizationCheck['verdict'], paint: Paint): (text: string) => string {
  return { passes: paint.good, fails: paint.bad, inconclusive: paint.waiting }[verdict];
}

function neededText({ verdict, samplesNeeded, reason }: ShownCheck): string {
  if (verdict !== 'inconclusive') return '';
  if (reason !== null) return reason;
  return samplesNeeded === null ? 'more data' : `about ${counted(samplesNeeded, 'more sample')}`;
}

function formatFigure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function formatSigned(value: number | null): string | null {
  if (value === null) return null;
  return value > 0 ? `+${formatFigure(value)}` : formatFigure(value);
}

function timelineText({ timeline }: OptimizationDetail, paint: Paint): string {
  return table(
    timeline,
    [
      { title: 'AT', cell: ({ at }) => formatInstant(at), least: 20 },
      { title: 'STEP', cell: ({ what }) => what.replace('_', ' ') },
      { title: 'BY', cell: ({ by }) => by },
      { title: 'DECISION', cell: ({ decision }) => decision, least: 12 },
      { title: 'WHAT', cell: ({ text }) => text, least: 24 },
    ],
    paint,
  );
}
