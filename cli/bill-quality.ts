import type { z } from 'zod';
import { billQuality, type QualityFinding } from '../src/finops/billing/quality/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { counted, formatAmount, formatCount } from './output/amounts.ts';
import { table } from './output/table.ts';

export const qualityCommand = command({
  path: ['bill', 'quality'],
  summary: 'Check the rows of a delivery against the FOCUS rules; failing rows still count',
  example: 'steelyard bill quality d_0123456789abcdef0123',
  needs: 'server',
  positionals: { delivery: { describe: 'Id of the delivery' } },
  options: {},
  run: async (context, { delivery }) => {
    const client = await context.client();
    const quality = await client.call(billQuality, { params: { delivery } });
    await context.answer(quality, () => qualityText(quality, context));
    return 0;
  },
});

function qualityText({ rows, findings }: z.infer<typeof billQuality.response>, { paint }: Context): string {
  if (findings.length === 0) return `${paint.good('No findings:')} ${counted(rows, 'row')} checked.`;
  return table(
    findings,
    [
      { title: 'PERIOD', cell: ({ period }) => period },
      { title: 'ROWS', align: 'right', cell: (finding) => formatCount(finding.rows) },
      { title: 'BILLED', align: 'decimal', cell: billedText },
      { title: 'FINDING', cell: ({ title }) => title, least: 24 },
      { title: 'EXAMPLE', cell: ({ example }) => `${example.file}, row ${example.row}: ${example.value}`, least: 24 },
      { title: 'FOCUS', cell: ({ focus }) => focus, least: 24 },
    ],
    paint,
  );
}

function billedText({ billed }: QualityFinding): string {
  return billed.map(({ amount, currency }) => `${formatAmount(amount)} ${currency}`).join(', ');
}
