import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postApply } from '../../../../src/platform/manifests/schema.ts';
import { DAY_MS, HOUR_MS } from '../../../../src/platform/units/durations.ts';
import { findRecommendations } from '../../../../src/tradeoff/recommendations/schema.ts';
import { runGpus } from '../../gpus/run-gpus.ts';
import { recordMachines } from '../../ledger/record-machines.ts';
import { createAudience } from '../../production/audience.ts';
import { importHistory } from '../../production/history.ts';
import { generateRatings } from '../../ratings/generate.ts';
import { recordReturns } from '../../returns/record-returns.ts';
import { defaultVariants } from '../../training/variants.ts';
import { applyConfig } from '../apply-config.ts';
import { importDeliveries } from '../bills.ts';
import type { DemoClient } from '../client.ts';
import { MODEL, prepareRegistry, registerCandidate } from '../register.ts';
import type { Registrable } from '../registrable.ts';
import { weigh } from '../weigh.ts';
import { type RecordedCandidate, type RecordedCandidates, readRecordedCandidates } from './recorded-candidates.ts';
import { DEMO_STEPS } from './steps.ts';

export interface RecordedDemoOptions {
  /** Folder of the example: its configuration and the recorded training. */
  readonly example: string;
  /** Folder for generated files; the caller removes it. */
  readonly folder: string;
  readonly asOf: Date;
  /** Called at the start of each of {@link DEMO_STEPS}. */
  readonly report: (step: string) => void;
}

/** The training ended this long ago: before the first recorded prediction. */
const TRAINED_DAYS_AGO = 6;
const PAUSE_MS = 60_000;
/** Predictions of the last days; in the last hours of them a campaign has changed the audience. */
const HISTORY_HOURS = 96;
const SEASON_HOURS = 12;
const CROWD = { share: 0.5, visits: 0.8 };
const VISITS_PER_HOUR = 60;
/** Ends of the windows of the quality evaluation. */
const WINDOW_MS = 6 * HOUR_MS;

/**
 * Loads the demo without its training: bills, GPU readings, predictions and orders are generated relative to `asOf`; the
 * models were trained, measured and evaluated before by the same code (write-recorded.ts).
 */
export async function loadRecorded(client: DemoClient, options: RecordedDemoOptions): Promise<void> {
  const { example, folder, asOf } = options;
  const steps = DEMO_STEPS.values();
  const next = () => options.report(steps.next().value ?? '');
  const recorded = readRecordedCandidates(join(example, 'demo/recorded/candidates.json.gz'));
  const { seed } = recorded;
  next();
  await applyConfig(client, join(example, 'config'));
  next();
  // Usage before the bill: late usage would have the bill allocated again.
  await recordMachines(client, asOf, 'nightly');
  await importDeliveries(client, { seed, asOf, folder, report: () => undefined });
  next();
  await runGpus(client, { seed, asOf, folder: join(folder, 'gpus') });
  next();
  const versions = await registerAll(client, recorded, asOf);
  next();
  const champion = await decideOnAll(client, recorded, versions);
  next();
  const historyBegan = await importProduction(client, { ...options, recorded, champion });
  next();
  await recordReturns(client, { seed, asOf, model: MODEL, until: historyBegan });
  next();
  await client.call(findRecommendations, { body: {} });
}

async function registerAll(client: DemoClient, { seed, users, candidates }: RecordedCandidates, asOf: Date) {
  const experimentId = await prepareRegistry(client);
  const variants = new Map(defaultVariants(seed).map((variant) => [variant.name, variant]));
  const versions: string[] = [];
  let startMs = asOf.getTime() - TRAINED_DAYS_AGO * DAY_MS;
  for (const candidate of candidates) {
    const variant = variants.get(candidate.name);
    if (variant === undefined) throw new Error(`no variant is named ${candidate.name}`);
    const registrable = toRegistrable(candidate, users, { variant, startMs });
    versions.push(await registerCandidate(client, experimentId, registrable));
    startMs = registrable.serving.endedAtMs + PAUSE_MS;
  }
  return versions;
}

/** The candidate as it was trained from this moment on; the members of an ensemble one after another. */
function toRegistrable(
  { losses, memberMs, quality, ndcgAt10, recallAt10, serving }: RecordedCandidate,
  users: readonly number[],
  { variant, startMs }: { readonly variant: Registrable['trained']['variant']; readonly startMs: number },
): Registrable {
  let at = startMs;
  const intervals = memberMs.map((busyMs, member) => {
    const startedAtMs = at;
    at += busyMs;
    return { member, startedAtMs, endedAtMs: at };
  });
  const perUser = users.map((user, index) => ({
    user,
    ndcgAt10: ndcgAt10[index] ?? 0,
    recallAt10: recallAt10[index] ?? 0,
  }));
  return {
    trained: {
      ...{ variant, intervals, model: { blocks: memberMs } },
      epochs: losses.map((loss) => ({ member: 0, loss })),
      trainSeconds: (at - startMs) / 1000,
    },
    quality: { ...quality, perUser },
    serving: { ...serving, endedAtMs: at + PAUSE_MS },
    onnx: null,
  };
}

/** Asks the gate about every version, smallest model first; returns the last promoted one. */
async function decideOnAll(client: DemoClient, { candidates }: RecordedCandidates, versions: readonly string[]) {
  let champion = { name: '', version: '' };
  for (const [index, { name, quality }] of candidates.entries()) {
    const version = versions[index] ?? '';
    const { verdict } = await weigh(client, { name, ndcgAt10: quality.ndcgAt10.mean }, version);
    if (verdict === 'promote') champion = { name, version };
  }
  return champion;
}

interface ProductionOptions extends RecordedDemoOptions {
  readonly recorded: RecordedCandidates;
  readonly champion: { readonly name: string; readonly version: string };
}

/** Imports predictions with outcomes, and their monitor; returns the time of the first one. */
async function importProduction(client: DemoClient, { example, asOf, recorded, champion }: ProductionOptions) {
  const { seed, lists } = recorded;
  const end = Math.floor(asOf.getTime() / WINDOW_MS) * WINDOW_MS;
  const seasonBegan = end - SEASON_HOURS * HOUR_MS;
  const start = end - HISTORY_HOURS * HOUR_MS;
  const ranked = lists[champion.name] ?? [];
  const usual = createAudience(generateRatings({ seed }));
  const crowd = createAudience(generateRatings({ seed, season: { name: 'campaign', share: CROWD.share } }), CROWD);
  const file = join(example, 'production/documents/monitor.yaml');
  const words: Readonly<Record<string, string>> = {
    usualStart: new Date(start).toISOString(),
    usualEnd: new Date(seasonBegan).toISOString(),
  };
  const text = readFileSync(file, 'utf8').replaceAll(/\{(\w+)\}/g, (word, name) => words[name] ?? word);
  await client.call(postApply, { body: { documents: [{ file: 'monitor.yaml', text }] } });
  await importHistory(client, {
    ...{ seed, model: MODEL, version: champion.version, start, end, perHour: VISITS_PER_HOUR },
    answer: (user) => ({ item_index: [...(ranked[user] ?? [])] }),
    audienceAt: (instant) => (instant < seasonBegan ? usual : crowd),
  });
  return start;
}
