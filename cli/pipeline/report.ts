import type { PipelineRun, PipelineStep } from '../../src/mlops/pipelines/schema.ts';
import { type Decimal, decimal, type Money } from '../../src/platform/units/schema.ts';
import { formatMoney } from '../output/amounts.ts';
import { durationText, endText, whyText } from './text.ts';

/** A run and the last earlier run that succeeded, with the metrics of their steps, by step and name. */
export interface Compared {
  readonly run: PipelineRun;
  /** null: there was none. */
  readonly before: PipelineRun | null;
  readonly metrics: Metrics;
  readonly metricsBefore: Metrics;
}

export type Metrics = ReadonlyMap<string, Readonly<Record<string, number>>>;

const SHOWN_METRICS = 40;
const NOISE_AMOUNT = '0.005';
const NOISE_RATIO = '0.05';

/** Changes in quality and in cost, as a comment on a pull request. */
export function markdownReport(compared: Compared): string {
  const { run, before } = compared;
  const mark = { succeeded: '✅', failed: '❌', stopped: '⏹️' }[String(run.state)] ?? '⏳';
  const against =
    before === null
      ? 'There is no earlier run that went well to compare with.'
      : `Compared with #${before.number}${before.commit === null ? '' : ` (${before.commit.slice(0, 10)})`}.`;
  return [
    `### ${mark} ${endText(run)}`,
    '',
    against,
    '',
    '#### Changes in quality',
    '',
    ...qualityLines(compared),
    '',
    '#### Changes in cost',
    '',
    ...costLines(compared),
    '',
    '#### Steps',
    '',
    '| Step | State | Took | Cost | Why |',
    '| --- | --- | ---: | ---: | --- |',
    ...run.stepList.map(
      (step) =>
        `| ${cell(step.step)} | ${step.state} | ${durationText(step) ?? ''} | ${formatMoney(step.cost) ?? ''} | ${cell(whyText(step) ?? '')} |`,
    ),
    '',
    ...run.stepList.flatMap(failureLines),
  ].join('\n');
}

/** The last lines that a failed step printed, as a block of the comment. */
function failureLines({ step, state, attempts }: PipelineStep): string[] {
  const lastLines = attempts.at(-1)?.lastLines ?? null;
  if (state !== 'failed' || lastLines === null) return [];
  const fence = '`'.repeat(Math.max(3, ...[...lastLines.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return [`Last lines of ${step}:`, '', `${fence}text`, lastLines, fence, ''];
}

function qualityLines({ run, metrics, metricsBefore }: Compared): string[] {
  const rows = run.stepList.flatMap(({ step }) =>
    Object.entries(metrics.get(step) ?? {}).map(([name, value]) => ({
      step,
      name,
      value,
      was: metricsBefore.get(step)?.[name] ?? null,
    })),
  );
  const verdicts = run.stepList
    .filter(({ values }) => values.summary !== undefined)
    .map(({ values }) => `> ${cell(nameRegistered(values.summary ?? '', run))}`);
  if (rows.length === 0) return verdicts.length === 0 ? ['No step logged a metric.'] : verdicts;
  const more = rows.length > SHOWN_METRICS ? [`| … | ${rows.length - SHOWN_METRICS} more | | | |`] : [];
  return [
    ...verdicts,
    ...(verdicts.length === 0 ? [] : ['']),
    '| Step | Metric | Before | Now | Change |',
    '| --- | --- | ---: | ---: | ---: |',
    ...rows
      .slice(0, SHOWN_METRICS)
      .map(
        ({ step, name, value, was }) =>
          `| ${cell(step)} | ${cell(name)} | ${was === null ? '' : roundMetric(was)} | ${roundMetric(value)} | ${was === null ? 'new' : changeText(was, value)} |`,
      ),
    ...more,
  ];
}

/**
 * A gate before the registration evaluates a run; its summary names the version that the same pipeline run registered.
 */
function nameRegistered(summary: string, { stepList }: PipelineRun): string {
  const made = stepList.find(
    ({ kind, values }) => kind === 'register' && summary.startsWith(`${values.model} (not registered): `),
  );
  if (made === undefined) return summary;
  const { model, version } = made.values;
  return summary.replace(`${model} (not registered): `, () => `${model} v${version}: `);
}

/** Four significant digits, and every digit of a whole number: `0.9133333333333333` -> `0.9133`. */
function roundMetric(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

function changeText(was: number, is: number): string {
  if (was === is) return '0';
  const change = is - was;
  const share = was === 0 ? '' : ` (${change > 0 ? '+' : ''}${((100 * change) / Math.abs(was)).toFixed(1)} %)`;
  return `${change > 0 ? '+' : ''}${Number(change.toPrecision(4))}${share}`;
}

function costLines({ run, before }: Compared): string[] {
  const now = formatMoney(run.cost);
  if (now === null) return ['The cost is unknown: no step has a price.'];
  const cached = run.stepList.filter(({ state }) => state === 'cached').length;
  const taken =
    cached === 0 ? '' : ` ${cached} of ${run.stepList.length} steps were taken from before and cost nothing.`;
  const unpriced = run.unpricedSteps === 0 ? '' : ` ${run.unpricedSteps} steps without a price are left out.`;
  return [`This run cost **${now}**${costChange(run, before)}.${taken}${unpriced}`];
}

function costChange({ cost }: PipelineRun, before: PipelineRun | null): string {
  const was = before?.cost ?? null;
  if (cost === null || was === null || was.currency !== cost.currency) return '';
  const change = decimal(cost.amount).minus(was.amount);
  if (isNoise(change, was)) return `, about the same as before (${formatMoney(was)})`;
  return `, ${change.isNegative() ? 'less' : 'more'} than before (${formatMoney(was)}) by ${formatMoney({ amount: change.abs().toFixed(), currency: cost.currency })}`;
}

/** Difference of two equal runs on a busy machine: half a cent, or a twentieth of the earlier cost. */
function isNoise(change: Decimal, before: Money): boolean {
  const size = change.abs();
  return size.lessThan(NOISE_AMOUNT) || size.lessThan(decimal(before.amount).times(NOISE_RATIO));
}

/** Escapes characters that would end a cell or a line of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

/** The run as JUnit XML: a step is a test case. */
export function junitReport({ run }: Pick<Compared, 'run'>): string {
  const failures = run.stepList.filter(({ state }) => state === 'failed' || state === 'stopped').length;
  const { skipped } = run.steps;
  const head = `name="${xml(run.pipeline)} #${run.number}" tests="${run.stepList.length}" failures="${failures}" skipped="${skipped}" time="${seconds(run)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${head}>`,
    `  <testsuite ${head} timestamp="${run.createdAt}">`,
    ...run.stepList.map((step) => testCase(run.pipeline, step)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(pipeline: string, step: PipelineStep): string {
  const open = `    <testcase classname="${xml(pipeline)}" name="${xml(step.step)}" time="${seconds(step)}">`;
  const output = [
    step.explanation,
    formatMoney(step.cost) === null ? null : `cost ${formatMoney(step.cost)}`,
    step.values.summary ?? null,
  ].filter((each) => each !== null);
  const out = output.length === 0 ? [] : [`      <system-out>${xml(output.join('\n'))}</system-out>`];
  return [open, ...listVerdicts(step), ...out, '    </testcase>'].join('\n');
}

function listVerdicts({ state, reason, values, attempts }: PipelineStep): string[] {
  const message = xml(reason ?? state);
  if (state === 'failed' || state === 'stopped')
    return [
      `      <failure type="${state}" message="${message}">${xml(values.checks ?? attempts.at(-1)?.lastLines ?? reason ?? '')}</failure>`,
    ];
  return state === 'skipped' ? [`      <skipped message="${message}"/>`] : [];
}

function seconds({
  startedAt,
  endedAt,
}: {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}): string {
  return startedAt === null || endedAt === null
    ? '0'
    : ((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(3);
}

/** XML 1.0 does not allow control characters. */
function xml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are removed here
  const printable = text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '');
  return printable.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
