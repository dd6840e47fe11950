import { z } from 'zod';
import {
  type ActResult,
  type Delivery,
  listDeliveries,
  listRestatements,
  preferDelivery,
  type Restatement,
  revertDelivery,
  SourceName,
  setProvisionalDays,
} from '../src/finops/billing/schema.ts';
import { Month } from '../src/platform/units/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { counted, formatAmount, formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { table } from './output/table.ts';

const period = { value: 'YYYY-MM', schema: Month, describe: 'Only this billing period' } as const;
const why = { value: 'TEXT', describe: 'Reason, stored with the change' } as const;

const deliveriesCommand = command({
  path: ['bill', 'deliveries'],
  summary: 'List bill deliveries, oldest first, with one line for each billing period',
  example: 'steelyard bill deliveries --source aws',
  needs: 'server',
  options: {
    source: { value: 'NAME', schema: SourceName, describe: 'Only of this source' },
    period,
    limit: { ...limitOption.limit, fallback: '1000' },
  },
  run: async (context, { limit, ...query }) => {
    const client = await context.client();
    const page = await readPages(client, listDeliveries, query, 'deliveries', limit);
    await context.answer(page, () => deliveriesText(page.deliveries, context));
    if (page.deliveries.length === 0) await context.remark('No bill yet. steelyard bill import PATH… --source NAME');
    const more = moreText(page);
    if (more !== null) await context.remark(more);
    return 0;
  },
});

function deliveriesText(deliveries: readonly Delivery[], { paint }: Context): string {
  if (deliveries.length === 0) return '';
  const named = deliveries.some((entry) => entry.export !== 'default' || entry.scope !== 'default');
  return table(
    deliveries,
    [
      { title: 'DELIVERY', cell: ({ delivery }) => delivery },
      { title: 'SOURCE', cell: (entry) => entry.source },
      ...(named ? [{ title: 'EXPORT', cell: exportText }] : []),
      { title: 'PERIOD', cell: (entry) => entry.period },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'ROWS', align: 'right', cell: ({ rows }) => formatCount(rows) },
      { title: 'LEFT OUT', align: 'right', cell: ({ rejectedRows }) => formatCount(rejectedRows) },
      { title: 'BILLED', align: 'decimal', cell: billedText },
      { title: 'RECEIVED', cell: ({ receivedAt }) => formatInstant(receivedAt), least: 20 },
      {
        title: 'STATUS',
        cell: ({ standing }) => standing,
        style: ({ current }) => (current ? paint.good : paint.faint),
      },
      { title: '', cell: ({ standing, reason }) => (standing === 'replaced' ? '' : (reason ?? '')), least: 16 },
    ],
    paint,
  );
}

function exportText(entry: Delivery): string {
  return entry.scope === 'default' ? entry.export : `${entry.export} (${entry.scope})`;
}

function billedText({ totals }: Delivery): string | null {
  const billed = totals.filter(({ metric }) => metric === 'billedCost');
  return billed.length === 0
    ? null
    : billed.map(({ amount, currency }) => formatMoney({ amount, currency })).join(', ');
}

const revertCommand = command({
  path: ['bill', 'revert'],
  summary: 'Revert to the previous delivery, or reinstate this one',
  example: 'steelyard bill revert d_0123456789abcdef0123 --period 2026-10 --why "credits counted twice"',
  needs: 'server',
  positionals: { delivery: { describe: 'Id of the delivery' } },
  options: { period, why },
  run: async (context, input) => {
    const client = await context.client();
    const result = await client.call(revertDelivery, { body: input });
    await context.answer(result, () => changesText(result, context));
    return 0;
  },
});

const preferCommand = command({
  path: ['bill', 'prefer'],
  summary: 'Count the export of this delivery, of several exports with the same charges',
  example: 'steelyard bill prefer d_0123456789abcdef0123 --why "the FOCUS export holds the tags"',
  needs: 'server',
  positionals: { delivery: { describe: 'Id of the active delivery of its export' } },
  options: { period, why, beside: { describe: 'Count the charges in addition to those of the other exports' } },
  run: async (context, input) => {
    const client = await context.client();
    const result = await client.call(preferDelivery, { body: input });
    await context.answer(result, () => changesText(result, context));
    return 0;
  },
});

function changesText({ changes }: ActResult, { paint }: Context): string {
  if (changes.length === 0) return 'Nothing counts differently.';
  return table(
    changes,
    [
      { title: 'SOURCE', cell: (change) => change.source },
      { title: 'EXPORT', cell: (change) => change.export },
      { title: 'PERIOD', cell: (change) => change.period },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'BEFORE', cell: ({ before }) => before },
      { title: 'NOW', cell: ({ after }) => after, style: () => paint.good },
    ],
    paint,
  );
}

const restatementsCommand = command({
  path: ['bill', 'restatements'],
  summary: 'List changes to closed billing periods, newest first',
  example: 'steelyard bill restatements --period 2026-10',
  needs: 'server',
  options: { period, ...limitOption },
  run: async (context, { limit, ...query }) => {
    const client = await context.client();
    const page = await readPages(client, listRestatements, query, 'restatements', limit);
    await context.answer(page, () => page.restatements.map((one) => restatementText(one, context)).join('\n\n'));
    if (page.restatements.length === 0) await context.remark('No closed billing period was changed.');
    const more = moreText(page);
    if (more !== null) await context.remark(more);
    return 0;
  },
});

function restatementText(restatement: Restatement, { paint }: Context): string {
  const { at, act, actor, why: reason, period: month, delivery, changes, delta } = restatement;
  const moves = changes.map(({ source, before, after }) => `${source}: ${before ?? 'none'} -> ${after ?? 'none'}`);
  const head = `${paint.heading(month)} ${act} of ${delivery} by ${actor}, ${formatInstant(at)}${reason === null ? '' : `: ${reason}`}`;
  const money = table(
    delta,
    [
      { title: 'SERVICE', cell: ({ serviceName }) => serviceName },
      { title: 'METRIC', cell: ({ metric }) => metric },
      { title: 'BEFORE', align: 'decimal', cell: ({ before }) => (before === null ? null : formatAmount(before)) },
      { title: 'AFTER', align: 'decimal', cell: ({ after }) => (after === null ? null : formatAmount(after)) },
      { title: 'DELTA', align: 'decimal', cell: (row) => (row.delta === null ? null : formatAmount(row.delta)) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
    ],
    paint,
  );
  return [head, ...moves, ...(delta.length === 0 ? ['No sum of a service differs.'] : [money])].join('\n');
}

const provisionalCommand = command({
  path: ['bill', 'provisional'],
  summary: 'Set how many days after its end a month of a source is provisional',
  example: 'steelyard bill provisional azure --days 10',
  needs: 'server',
  positionals: { source: { describe: 'Name of the source' } },
  options: {
    days: {
      value: 'N',
      required: true,
      schema: z.coerce.number('a whole number').int('a whole number').min(0, 'zero or more'),
      describe: 'Days after the end of the month; 14 by default',
    },
  },
  run: async (context, { source, days }) => {
    const client = await context.client();
    const params = { source: source };
    const result = await client.call(setProvisionalDays, { params, body: { days } });
    await context.answer(result, () => `Months of ${result.source} stay provisional for ${counted(days, 'day')}.`);
    return 0;
  },
});

export const deliveryCommands = [
  deliveriesCommand,
  revertCommand,
  preferCommand,
  restatementsCommand,
  provisionalCommand,
];
