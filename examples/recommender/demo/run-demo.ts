import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { importBill } from '../../../src/finops/billing/schema.ts';
import { costSummary } from '../../../src/finops/costs/schema.ts';
import { getSync, startSyncs } from '../../../src/finops/sources/schema.ts';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import { checkGate } from '../../../src/tradeoff/gates/schema.ts';
import { type BillFile, writeBill, writeOddFiles } from '../bill/write-bill.ts';
import { runGpus } from '../gpus/run-gpus.ts';
import { type Production, runProduction } from '../production/run-production.ts';
import { type Candidate, makeCandidates, type Report } from './candidates.ts';
import type { DemoClient } from './client.ts';
import { MODEL, prepareRegistry, registerCandidate } from './register.ts';

const POLICY = 'ranker-production';
const SYNC_POLL_MS = 100;

export interface DemoOptions {
  readonly seed: number;
  /** The moment up to which the bill of the current month is known. */
  readonly asOf: Date;
  /** Where the generated bill is written. */
  readonly folder: string;
  readonly report: Report;
}

export interface DemoVerdict {
  readonly name: string;
  readonly version: string;
  readonly verdict: string;
  readonly summary: string;
  readonly ndcgAt10: number;
  /** Exact decimal in USD, or null when it could not be metered. */
  readonly costPerThousand: string | null;
}

export interface DemoOutcome {
  readonly verdicts: readonly DemoVerdict[];
  readonly production: Production;
}

/**
 * The main job from end to end, only over HTTP: it imports a bill, trains and registers models, runs the gate, and
 * serves, monitors and retrains the promoted version.
 */
export async function runDemo(client: DemoClient, options: DemoOptions): Promise<DemoOutcome> {
  const { report } = options;
  report('1. Teams, prices, rules, budgets and the policy are applied');
  await applyConfig(client);
  report('2. The bill of two clouds comes in');
  await importBills(client, options);
  report('3. Recommenders are trained and measured');
  const candidates = await makeCandidates(options.seed, report);
  report('4. Each is logged and registered over the MLflow wire, and its usage is metered');
  const experimentId = await prepareRegistry(client);
  const versions: string[] = [];
  for (const candidate of candidates) versions.push(await registerCandidate(client, experimentId, candidate));
  report('5. The gate weighs quality against cost, smallest model first');
  const verdicts: DemoVerdict[] = [];
  for (const [index, candidate] of candidates.entries()) {
    verdicts.push(await weigh(client, candidate, versions[index] ?? ''));
  }
  report('6. The version that the alias points to now is served and watched; then a campaign changes who comes');
  const production = await runProduction(client, { ...options, champion: championOf(candidates, verdicts) });
  report('7. Readings of sixteen GPUs come in, with who held them');
  await runGpus(client, { ...options, folder: join(options.folder, '../gpus') });
  return { verdicts, production };
}

/** The last one that was promoted has the alias. */
function championOf(candidates: readonly Candidate[], verdicts: readonly DemoVerdict[]) {
  const place = verdicts.findLastIndex(({ verdict }) => verdict === 'promote');
  const [candidate, verdict] = [candidates[place], verdicts[place]];
  if (candidate === undefined || verdict === undefined) throw new Error('the gate promoted none of the models');
  return { candidate, version: verdict.version };
}

async function applyConfig(client: DemoClient): Promise<void> {
  const folder = join(import.meta.dirname, '../config');
  const documents = readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
  await client.call(postApply, { body: { documents } });
}

async function importBills(client: DemoClient, { seed, asOf, folder, report }: DemoOptions): Promise<void> {
  const files = writeBill(folder, { seed, asOf });
  await importHistory(client, { seed, asOf, folder, report }, files);
  for (const [source, ofCloud] of Map.groupBy(files, (file) => file.cloud)) {
    const result = await client.call(importBill, { body: { source, files: await uploadAll(client, folder, ofCloud) } });
    const billed = result.totals.find(({ metric }) => metric === 'billedCost');
    report(
      `${source}: ${result.accepted.toLocaleString('en')} rows of ${result.periods.join(', ')}, ${shownMoney(billed?.amount)} billed`,
    );
  }
  await followFolder(client, folder, report);
  const { rows } = await client.call(costSummary, { query: { by: 'team', metric: 'effectiveCost' } });
  for (const { team, amount } of rows)
    report(`   ${(team ?? 'unallocated').padEnd(16)} ${shownMoney(amount).padStart(16)}`);
}

/**
 * Deliveries before and in addition to the final bills: AWS delivers its oldest month with errors first, and a user
 * makes a short one-time export of Azure in addition to the daily one. The final bills replace the former; the latter
 * is never summed.
 */
async function importHistory(
  client: DemoClient,
  { seed, asOf, folder, report }: DemoOptions,
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

async function uploadAll(
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

async function weigh(client: DemoClient, { trained, quality }: Candidate, version: string): Promise<DemoVerdict> {
  const body = { model: MODEL, version, policy: POLICY };
  const { verdict, summary, checks } = await client.call(checkGate, { body });
  const cost = checks.find(({ name }) => name === 'cost per 1,000 predictions');
  return {
    name: trained.variant.name,
    version,
    verdict,
    summary,
    ndcgAt10: quality.ndcgAt10.mean,
    costPerThousand: cost?.measured ?? null,
  };
}

/** For the terminal: dollars with thousands; the exact figure is in the product. */
function shownMoney(amount: string | null | undefined): string {
  if (amount === null || amount === undefined) return 'unknown';
  return `$${Number(amount).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
