import { Cloud, importPrices, type PriceImport, RegionName } from '../src/finops/prices/schema.ts';
import { Currency, UtcInstant } from '../src/platform/units/schema.ts';
import { createUpload } from '../src/platform/uploads/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { counted, formatCount } from './output/amounts.ts';
import { createProgress, type Progress } from './output/progress.ts';
import { table } from './output/table.ts';
import { openList, publicList, type Wanted } from './price-lists.ts';

const MOST_UPLOAD_NAME_CHARACTERS = 255;
const MOST_NAME_CHARACTERS = 1024;

interface Sent {
  readonly files: { upload: string; name: string }[];
  /** Newest time at which a file was changed; null when all were fetched now. */
  readonly changedAt: string | null;
}

export const importPricesCommand = command({
  path: ['price', 'import'],
  summary: 'Import on-demand prices of AWS or Azure by region and date',
  example: `steelyard price import aws --region us-east-1
steelyard price import aws AmazonEC2-eu-west-1.json.gz
steelyard price import azure pages/*.json --fetched 2026-11-25T08:00:00Z`,
  needs: 'server',
  positionals: {
    cloud: { describe: 'aws or azure' },
    list: {
      many: true,
      optional: true,
      describe: 'Files or addresses; the public list of --region by default',
    },
  },
  options: {
    region: { value: 'REGION', schema: RegionName, describe: 'Only this region, as its cloud names it' },
    currency: { value: 'CODE', schema: Currency, fallback: 'USD', describe: 'Currency of the public list of Azure' },
    fetched: {
      value: 'INSTANT',
      schema: UtcInstant,
      describe: 'Time at which Azure pages were fetched; time of the newest file by default',
    },
  },
  run: async (context, { cloud: named, list, fetched, ...wanted }) => {
    const cloud = parseCloud(named);
    const places = list ?? [publicList(cloud, wanted)];
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      const { files, changedAt } = await sendAll(context, cloud, places, wanted, progress);
      progress.show('Reading the prices', null);
      const publishedAt = fetched ?? changedAt ?? undefined;
      const client = await context.client();
      const result = await client.call(importPrices, { body: { cloud, files, region: wanted.region, publishedAt } });
      await progress.clear();
      await context.answer(result, () => importText(result, context));
    } finally {
      await progress.clear();
    }
    return 0;
  },
});

function parseCloud(named: string): Cloud {
  const cloud = Cloud.safeParse(named);
  if (cloud.success) return cloud.data;
  throw new CommandError('usage', `"${named}" is not a supported cloud: aws or azure.`);
}

async function sendAll(
  context: Context,
  cloud: Cloud,
  places: readonly string[],
  wanted: Wanted,
  progress: Progress,
): Promise<Sent> {
  const client = await context.client();
  const files: Sent['files'] = [];
  let changedAt: string | null = null;
  for (const place of places) {
    const found = await openList(cloud, place, wanted, progress);
    const query = { name: found.name.slice(-MOST_UPLOAD_NAME_CHARACTERS) };
    const { upload } = await client.upload(createUpload, { query }, found.content);
    files.push({ upload, name: found.name.slice(-MOST_NAME_CHARACTERS) });
    if (found.changedAt !== null && found.changedAt > (changedAt ?? '')) changedAt = found.changedAt;
  }
  return { files, changedAt };
}

function importText(result: PriceImport, { paint }: Context): string {
  const { cloud, publishedAt, prices, regions, unchanged, leftOut, leftOutPrices } = result;
  const day = publishedAt.slice(0, 10);
  const what = unchanged
    ? `${paint.good('Unchanged:')} the ${cloud} list of ${day} had been imported before.`
    : `${paint.good('Imported')} ${counted(prices, 'price')} of ${cloud}, of ${day}.`;
  const rows = table(
    regions,
    [
      { title: 'REGION', cell: ({ region }) => region },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
      { title: 'PRICES', align: 'right', cell: (row) => formatCount(row.prices) },
      { title: 'CHANGED', align: 'right', cell: ({ changed }) => formatCount(changed) },
    ],
    paint,
  );
  const left = leftOut.map(({ resource, region, reason }) => `${resource} in ${region}: ${reason}`);
  const heading = leftOutPrices === 0 ? [] : [paint.waiting(`Left out: ${counted(leftOutPrices, 'price')}`)];
  return [what, '', rows, ...heading, ...left].join('\n');
}
