import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { importBill } from '../../../src/finops/billing/schema.ts';
import { costSummary } from '../../../src/finops/costs/schema.ts';
import { getSync, startSyncs } from '../../../src/finops/sources/schema.ts';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import { type BillFile, writeBill, writeOddFiles } from '../bill/write-bill.ts';
import type { Report } from './candidates.ts';
import type { DemoClient } from './client.ts';

const SYNC_POLL_MS = 100;

interface DemoBillOptions {
  readonly seed: number;
  /** The moment up to which the bill of the current month is known. */
  readonly asOf: Date;
  /** Where the generated bill is written. */
  readonly folder: string;
  readonly report: Report;
}

/** Generates the bill of two clouds and imports it, with its history of corrections; a source then follows its folder. */
export async function importBills(client: DemoClient, options: DemoBillOptions): Promise<void> {
  const { folder, report } = options;
  await importDeliveries(client, options);
  await followFolder(client, folder, report);
  const { rows } = await client.call(costSummary, { query: { by: 'team', metric: 'effectiveCost' } });
  for (const { team, amount } of rows)
    report(`   ${(team ?? 'unallocated').padEnd(16)} ${shownMoney(amount).padStart(16)}`);
}

/** Generates the bill of two clouds and imports it, with its history of corrections. */
export async function importDeliveries(
  client: DemoClient,
  { seed, asOf, folder, report }: DemoBillOptions,
): Promise<void> {
  const files = writeBill(folder, { seed, asOf });
  await importHistory(client, { seed, asOf, folder, report }, files);
  for (const [source, ofCloud] of Map.groupBy(files, (file) => file.cloud)) {
    const result = await client.call(importBill, { body: { source, files: await uploadAll(client, folder, ofCloud) } });
    const billed = result.totals.find(({ metric }) => metric === 'billedCost');
    report(
      `${source}: ${result.accepted.toLocaleString('en')} rows of ${result.periods.join(', ')}, ${shownMoney(billed?.amount)} billed`,
    );
  }
}

/**
 * Deliveries before and in addition to the final bills: AWS delivers its oldest month with errors first, and a user
 * makes a short one-time export of Azure in addition to the daily one. The final bills replace the former; the latter
 * is never summed.
 */
async function importHistory(
  client: DemoClient,
  { seed, asOf, folder, report }: DemoBillOptions,
  files: readonly BillFile[],
): Promise<void> {
  const odd = writeOddFiles(folder, { seed, asOf });
  const first = await uploadAll(client, folder, [odd.firstEdition]);
  await client.call(importBill, { body: { source: 'aws', files: first } });
  report(`aws: ${odd.firstEdition.month} comes for the first time, with errors that the next delivery corrects`);
  const newest = files.filter(({ cloud, month }) => cloud === 'azure' && month === odd.oneTimeExport.month);
  await client.call(importBill, { body: { source: 'azure', files: await uploadAll(client, folder, newest) } });
  const oneTime = await uploadAll(client, folder, [odd.oneTimeExport]);
  await client.call(importBill, { body: { source: 'azure', export: 'first-days-check', files: oneTime } });
  report(`azure: a one-time export of the first days of ${odd.oneTimeExport.month} comes beside the daily one`);
}

/** From now on Azure's bill arrives automatically: a source syncs the folder once a day, and once right now. */
async function followFolder(client: DemoClient, folder: string, report: Report): Promise<void> {
  const location = { type: 'folder', path: join(resolve(folder), 'azure') };
  const spec = { location, layout: 'files', schedule: '17 5 * * *' };
  const document = { apiVersion: 'steelyard/v1', kind: 'BillSource', metadata: { name: 'azure' }, spec };
  await client.call(postApply, { body: { documents: [{ file: 'azure-source', text: JSON.stringify(document) }] } });
  const { syncs } = await client.call(startSyncs, { body: { source: 'azure' } });
  const params = { sync: syncs[0]?.sync ?? '' };
  let sync = await client.call(getSync, { params });
  while (sync.endedAt === null) {
    await pause(SYNC_POLL_MS);
    sync = await client.call(getSync, { params });
  }
  report(`azure: a source follows the folder of its bills; the first sync found nothing new (${sync.state})`);
}

/** Uploads files of the bill; answers them as an import names them. */
export async function uploadAll(
  client: DemoClient,
  folder: string,
  files: readonly BillFile[],
): Promise<{ upload: string; name: string }[]> {
  const uploads: { upload: string; name: string }[] = [];
  for (const { path } of files) {
    uploads.push({ upload: await client.upload(path), name: path.slice(folder.length + 1) });
  }
  return uploads;
}

/** For the terminal: dollars with thousands; the exact figure is in the product. */
function shownMoney(amount: string | null | undefined): string {
  if (amount === null || amount === undefined) return 'unknown';
  return `$${Number(amount).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
