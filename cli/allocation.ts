import { z } from 'zod';
import { getReconciliation } from '../src/finops/allocation/reconciliation/schema.ts';
import {
  CoverageDimension,
  deriveAgain,
  getAllocationRules,
  getCoverage,
  getRuleHits,
  getUnallocated,
  type Holder,
  type Preview,
  previewAllocation,
} from '../src/finops/allocation/schema.ts';
import { getTeamOffer } from '../src/finops/allocation/team-offer/schema.ts';
import { CostMetric, DEFAULT_METRIC } from '../src/finops/billing/schema.ts';
import type { ResponseOf } from '../src/platform/contract/schema.ts';
import { postApply } from '../src/platform/manifests/schema.ts';
import { Month, MonthOrDay } from '../src/platform/units/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { formatAmount, formatCount } from './output/amounts.ts';
import { table } from './output/table.ts';
import { teamOfferText } from './team-offer-text.ts';
import { findTextFiles, readTextFile } from './text-files.ts';

const MOST_MOVES_SHOWN = 30;

const files = {
  value: 'FILE|DIR',
  short: 'f',
  required: true,
  repeat: true,
  describe: 'The YAML file of the AllocationRules, or a folder that holds it alone',
} as const;
const metric = {
  value: CostMetric.options.join('|'),
  schema: CostMetric,
  fallback: DEFAULT_METRIC,
  describe: 'Cost column to use',
} as const;
const period = { value: 'YYYY-MM', schema: Month, describe: 'One billing period' } as const;

const readDocuments = (paths: readonly string[]) =>
  findTextFiles([...paths], /\.ya?ml$/i, '.yaml or .yml file').map(readTextFile);

const previewCommand = command({
  path: ['allocation', 'preview'],
  summary: 'Preview the cost that allocation rules would move between owners',
  example: 'steelyard allocation preview -f allocation-rules.yaml --period 2026-10',
  needs: 'server',
  options: { file: files, period: { ...period, describe: 'One billing period; all by default' }, metric },
  run: async (context, { file, period: month, metric: column }) => {
    const client = await context.client();
    const body = { documents: readDocuments(file), metric: column, ...(month === undefined ? {} : { period: month }) };
    const preview = await client.call(previewAllocation, { body });
    await context.answer(preview, () => previewText(preview, context));
    if (preview.unchanged) await context.remark('These are the rules in force.');
    return 0;
  },
});

function previewText({ moves, totals, rules }: Preview, { paint }: Context): string {
  const moved = table(
    moves.slice(0, MOST_MOVES_SHOWN),
    [
      { title: 'FROM', cell: ({ from }) => holderText(from) },
      { title: 'TO', cell: ({ to }) => holderText(to) },
      { title: 'AMOUNT', align: 'decimal', cell: ({ amount }) => formatAmount(amount) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
    ],
    paint,
  );
  const byRule = table(
    rules,
    [
      { title: 'RULE', cell: ({ rule }) => rule ?? '(no rule)' },
      { title: 'BEFORE', align: 'decimal', cell: ({ before }) => formatAmount(before) },
      { title: 'AFTER', align: 'decimal', cell: ({ after }) => formatAmount(after) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
    ],
    paint,
  );
  const sums = totals.map(
    (total) =>
      `${total.currency}: ${formatAmount(total.moved)} of ${formatAmount(total.total)} moves; unallocated ${formatAmount(total.unallocatedBefore)} -> ${formatAmount(total.unallocatedAfter)}`,
  );
  const more = moves.length - MOST_MOVES_SHOWN;
  const parts =
    moves.length === 0 ? ['Nothing moves.'] : [moved, ...(more > 0 ? [`… and ${formatCount(more)} more`] : [])];
  return [...parts, '', byRule, '', ...sums].join('\n');
}

function holderText({ kind, subject }: Holder): string {
  const fields = Object.entries(subject).map(([field, value]) => `${field}=${String(value)}`);
  if (fields.length === 0) return `(${kind})`;
  return kind === 'allocated' ? fields.join(' ') : `${fields.join(' ')} (${kind})`;
}

const applyCommand = command({
  path: ['allocation', 'apply'],
  summary: 'Activate allocation rules and allocate the whole bill',
  example: 'steelyard allocation apply -f allocation-rules.yaml',
  needs: 'server',
  options: { file: files },
  run: async (context, { file }) => {
    const documents = readDocuments(file);
    const client = await context.client();
    const tried = await client.call(postApply, { body: { documents, dryRun: true } });
    const other = tried.applied.find(({ kind }) => kind !== 'AllocationRules');
    if (other !== undefined) {
      const detail = `${other.kind} "${other.name}" is no AllocationRules. Apply it with: steelyard apply -f`;
      throw new CommandError('manifest_kind_unknown', detail, { kind: other.kind, name: other.name });
    }
    const result = await client.call(postApply, { body: { documents } });
    const unchanged = result.applied.every(({ outcome }) => outcome === 'unchanged');
    if (unchanged) await client.call(deriveAgain, { body: {} });
    await context.answer(result, () => result.applied.map(({ name, outcome }) => `${name}: ${outcome}`).join('\n'));
    if (unchanged) await context.remark('The rules are already active; the bill was allocated again with all usage.');
    return 0;
  },
});

const coverageCommand = command({
  path: ['allocation', 'coverage'],
  summary: 'Show allocated, idle, unallocated and shared cost over time',
  example:
    'steelyard allocation coverage --from 2026-08 --to 2026-10\nsteelyard allocation coverage --period 2026-10 --by team --json',
  needs: 'server',
  options: {
    period,
    from: { value: 'MONTH|DAY', schema: MonthOrDay, describe: 'First billing period or charge day of a range' },
    to: { value: 'MONTH|DAY', schema: MonthOrDay, describe: 'Last billing period or charge day of a range, included' },
    by: {
      value: 'DIM',
      schema: CoverageDimension,
      describe: 'Subject field (team…), rule, serviceName, subAccountId…',
    },
    interval: {
      value: 'period|day',
      schema: z.enum(['period', 'day'], 'period or day'),
      fallback: 'period',
      describe: 'A row for each billing period or each day',
    },
    metric,
  },
  run: async (context, query) => {
    const client = await context.client();
    const answer = await client.call(getCoverage, { query });
    await context.answer(answer, () => coverageText(answer, query.by, context));
    if (answer.rows.length === 0) await context.remark('No bill yet. steelyard bill import PATH… --source NAME');
    return 0;
  },
});

function coverageText({ rows }: ResponseOf<typeof getCoverage>, by: string | undefined, { paint }: Context): string {
  if (rows.length === 0) return '';
  type Row = (typeof rows)[number];
  const amount = (title: string, of: (row: Row) => string) => ({
    title,
    align: 'decimal' as const,
    cell: (row: Row) => formatAmount(of(row)),
  });
  return table(
    rows,
    [
      { title: 'PERIOD', cell: ({ day, period: month }) => day ?? month },
      ...(by === undefined ? [] : [{ title: by.toUpperCase(), cell: ({ value }: Row) => value ?? '(none)' }]),
      amount('ALLOCATED', (row) => row.allocated),
      amount('IDLE', (row) => row.idle),
      amount('UNALLOCATED', (row) => row.unallocated),
      amount('SHARED', (row) => row.sharedUnallocated),
      amount('TOTAL', (row) => row.total),
      { title: 'CURRENCY', cell: ({ currency }) => currency },
      { title: 'COVERED', align: 'right', cell: ({ allocatedRatio }) => percent(allocatedRatio) },
    ],
    paint,
  );
}

function percent(ratio: number | null): string | null {
  return ratio === null ? null : `${(ratio * 100).toFixed(1)} %`;
}

const rulesCommand = command({
  path: ['allocation', 'rules'],
  summary: 'List the allocation rules with the cost that each one allocates',
  example: 'steelyard allocation rules --period 2026-10\nsteelyard allocation rules --version 3 --json',
  needs: 'server',
  options: {
    version: {
      value: 'N',
      schema: z.coerce.number('a whole number').int('a whole number').min(0, 'zero or more'),
      describe: 'An earlier version of the rules, shown without cost',
    },
    period: { ...period, describe: 'One billing period; all by default' },
    metric,
  },
  run: async (context, { version, period: month, metric: column }) => {
    const client = await context.client();
    const rules = await client.call(getAllocationRules, { query: version === undefined ? {} : { version } });
    const query = { metric: column, ...(month === undefined ? {} : { period: month }) };
    const hits = version === undefined ? (await client.call(getRuleHits, { query })).hits : [];
    await context.answer({ ...rules, hits }, () => rulesText(rules, hits, context));
    if (rules.rules.length === 0) await context.remark('No rules yet. steelyard allocation apply -f FILE');
    return 0;
  },
});

function rulesText(
  { rules }: ResponseOf<typeof getAllocationRules>,
  hits: ResponseOf<typeof getRuleHits>['hits'],
  { paint }: Context,
): string {
  if (hits.length === 0) return rules.map(({ name }) => name).join('\n');
  return table(
    hits,
    [
      { title: 'RULE', cell: ({ rule }) => rule ?? '(no rule)' },
      { title: 'ROWS', align: 'right', cell: ({ billRows }) => formatCount(billRows) },
      { title: 'AMOUNT', align: 'decimal', cell: ({ amount }) => formatAmount(amount) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
      { title: 'SHARE', align: 'right', cell: ({ share }) => percent(share) },
    ],
    paint,
  );
}

const unallocatedCommand = command({
  path: ['allocation', 'unallocated'],
  summary: 'List unallocated cost and suggest rules for it',
  example: 'steelyard allocation unallocated --by tag:owner --period 2026-10',
  needs: 'server',
  options: {
    by: {
      value: 'DIM',
      fallback: 'serviceName',
      describe: 'FOCUS column in camelCase, tag:KEY, x_COLUMN, day or month',
    },
    period: { ...period, describe: 'One billing period; all by default' },
    metric,
  },
  run: async (context, query) => {
    const client = await context.client();
    const answer = await client.call(getUnallocated, { query });
    await context.answer(answer, () => unallocatedText(answer, query.by, context));
    if (answer.rows.length === 0) await context.remark('Nothing is unallocated.');
    return 0;
  },
});

function unallocatedText(answer: ResponseOf<typeof getUnallocated>, by: string, { paint }: Context): string {
  if (answer.rows.length === 0) return '';
  const rows = table(
    answer.rows,
    [
      { title: by, cell: ({ value }) => value ?? '(none)' },
      { title: 'ROWS', align: 'right', cell: ({ billRows }) => formatCount(billRows) },
      { title: 'AMOUNT', align: 'decimal', cell: ({ amount }) => formatAmount(amount) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
      { title: 'SHARE', align: 'right', cell: ({ share }) => percent(share) },
    ],
    paint,
  );
  const suggestions = table(
    answer.suggestions,
    [
      {
        title: 'SUGGESTED RULE',
        cell: ({ dimension, value }) => (value === null ? dimension : `${dimension}=${value}`),
      },
      { title: 'ALLOCATES', align: 'decimal', cell: ({ amount }) => formatAmount(amount) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
      { title: 'ROWS', align: 'right', cell: ({ billRows }) => formatCount(billRows) },
    ],
    paint,
  );
  return answer.suggestions.length === 0 ? rows : [rows, '', suggestions].join('\n');
}

const byTeamTagCommand = command({
  path: ['allocation', 'by-team-tag'],
  summary: 'Add a rule that allocates cost by team tag, if no rule exists',
  example: 'steelyard allocation by-team-tag',
  needs: 'server',
  options: { dryRun: { describe: 'Print the rules as YAML without a change' } },
  run: async (context, { dryRun }) => {
    const client = await context.client();
    const found = await client.call(getTeamOffer, {});
    if (found.offer === null) {
      await context.answer({ ...found, applied: false }, () => '');
      await context.remark(`No rule to add. ${found.reason ?? ''}`);
      return 0;
    }
    const { offer } = found;
    const { document } = offer;
    if (dryRun) {
      await context.answer({ ...found, applied: false }, () => document.trimEnd());
      return 0;
    }
    await client.call(postApply, { body: { documents: [{ file: 'by-team-tag.yaml', text: document }] } });
    await context.answer({ ...found, applied: true }, () => `Added the rule by-team-tag. ${teamOfferText(offer)}`);
    return 0;
  },
});

const reconcileCommand = command({
  path: ['allocation', 'reconcile'],
  summary: 'Compare metered usage with the bill: idle, untracked and differently priced cost',
  example: 'steelyard allocation reconcile --period 2026-10',
  needs: 'server',
  options: { period: { ...period, required: true }, metric },
  run: async (context, query) => {
    const client = await context.client();
    const answer = await client.call(getReconciliation, { query });
    await context.answer(answer, () => reconciliationText(answer, context));
    if (answer.resources.length === 0) await context.remark('Nothing billed in this period meets metered usage.');
    if (answer.unbilled.length > 0) {
      await context.remark(
        `${formatCount(answer.unbilled.length)} metered intervals meet no billed row; --json lists them.`,
      );
    }
    return 0;
  },
});

function reconciliationText({ resources }: ResponseOf<typeof getReconciliation>, { paint }: Context): string {
  if (resources.length === 0) return '';
  type Row = (typeof resources)[number];
  const amount = (title: string, of: (row: Row) => string | null) => ({
    title,
    align: 'decimal' as const,
    cell: (row: Row) => {
      const value = of(row);
      return value === null ? null : formatAmount(value);
    },
  });
  return table(
    resources,
    [
      { title: 'RESOURCE', cell: ({ resource }) => resource },
      amount('BILLED', (row) => row.billed),
      amount('RECONCILED', (row) => row.reconciled),
      amount('IDLE', (row) => row.idle),
      amount('UNTRACKED', (row) => row.untracked),
      amount('METERED', (row) => row.metered),
      amount('PRICE VARIANCE', (row) => row.priceVariance),
      { title: 'CURRENCY', cell: ({ currency }) => currency },
    ],
    paint,
  );
}

export const allocationCommands = [
  previewCommand,
  applyCommand,
  coverageCommand,
  rulesCommand,
  unallocatedCommand,
  byTeamTagCommand,
  reconcileCommand,
];
