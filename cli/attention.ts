import { type AttentionItem, getAttention } from '../src/tradeoff/attention/schema.ts';
import { command } from './frame/command.ts';
import { formatMoney } from './output/amounts.ts';
import { table } from './output/table.ts';

const attentionCommand = command({
  path: ['attention'],
  summary: 'Count the things that need attention, by topic',
  example: 'steelyard attention\nsteelyard attention --team search --json',
  needs: 'server',
  options: { team: { value: 'TEAM', describe: 'Only things of this team; bills have no team' } },
  run: async (context, { team }) => {
    const query = team === undefined ? {} : { team };
    const counts = await (await context.client()).call(getAttention, { query });
    const columns = [
      { title: 'TOPIC', cell: ({ topic }: AttentionItem) => topic },
      { title: 'COUNT', align: 'right' as const, cell: ({ count }: AttentionItem) => count?.toString() ?? null },
      { title: 'LEVEL', cell: ({ level }: AttentionItem) => level },
      { title: 'MONTHLY', align: 'right' as const, cell: ({ monthly }: AttentionItem) => formatMoney(monthly) },
      { title: 'SUMMARY', cell: ({ text }: AttentionItem) => text, least: 16 },
    ];
    await context.answer(counts, () => table(counts.items, columns, context.paint));
    for (const { topic, reason } of counts.items) {
      if (reason !== null) await context.remark(`${topic}: the count is unknown. ${reason}`);
    }
    return 0;
  },
});

export const attentionCommands = [attentionCommand];
