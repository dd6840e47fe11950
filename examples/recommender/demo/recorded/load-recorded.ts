import { join } from 'node:path';
import { DAY_MS } from '../../../../src/platform/units/durations.ts';
import { findRecommendations } from '../../../../src/tradeoff/recommendations/schema.ts';
import { runGpus } from '../../gpus/run-gpus.ts';
import { recordMachines } from '../../ledger/record-machines.ts';
import { recordReturns } from '../../returns/record-returns.ts';
import { defaultVariants } from '../../training/variants.ts';
import { applyConfig } from '../apply-config.ts';
import type { DemoClient } from '../client.ts';
import { MODEL, prepareRegistry, registerCandidate } from '../register.ts';
import type { Registrable } from '../registrable.ts';
import { weigh } from '../weigh.ts';
import { importSentBills, sendBills } from './import-bills.ts';
import { readAudiences } from './recorded-audience.ts';
import { type RecordedCandidate, type RecordedCandidates, readRecordedCandidates } from './recorded-candidates.ts';
import { readServedModel, SERVED } from './recorded-model.ts';
import { importProduction } from './recorded-production.ts';
import { runPipeline } from './run-pipeline.ts';
import { canServe, ENDPOINT, sendVisits, startEndpoint } from './serve.ts';
import { DEMO_STEPS } from './steps.ts';

export interface RecordedDemoOptions {
  /** Folder of the example: its configuration and the recorded training. */
  readonly example: string;
  /** Folder for generated files; the caller removes it. */
  readonly folder: string;
  /** Program of the steps of the pipeline. */
  readonly program: string;
  readonly asOf: Date;
  /** Called at the start of each of {@link DEMO_STEPS}. */
  readonly report: (step: string) => void;
}

/** The training ended this long ago: before the first recorded prediction. */
const TRAINED_DAYS_AGO = 6;
const PAUSE_MS = 60_000;

/**
 * Loads the demo without its training: bills, GPU readings, predictions and orders are generated relative to `asOf`; the
 * models were trained, measured and evaluated before by the same code (write-recorded.ts, write-served.ts). The endpoint and
 * the pipeline are real: a replica of the recorded model answers, and the steps run.
 */
export async function loadRecorded(client: DemoClient, options: RecordedDemoOptions): Promise<void> {
  const steps = DEMO_STEPS.values();
  const next = () => options.report(steps.next().value ?? '');
  next();
  await applyConfig(client, join(options.example, 'config'));
  const story = async () => {
    await loadStory(client, options, next);
    next();
  };
  await Promise.all([story(), runPipeline(client, options)]);
}

async function loadStory(client: DemoClient, options: RecordedDemoOptions, next: () => void): Promise<void> {
  const { example, folder, asOf } = options;
  const recordings = join(example, 'demo/recorded');
  const recorded = readRecordedCandidates(join(recordings, 'candidates.json.gz'));
  const { seed, lists } = recorded;
  next();
  // Readings and bills are written while the server receives the models.
  const [versions, bills] = await Promise.all([
    recordModels(client, { recorded, asOf, served: readServedModel(recordings) }),
    runGpus(client, { seed, asOf, folder: join(folder, 'gpus') }).then(() => sendBills(client, folder, { seed, asOf })),
  ]);
  next();
  await importSentBills(client, folder, bills);
  next();
  const champion = await decideOnAll(client, recorded, versions);
  const isServed = champion.name === SERVED && canServe();
  if (isServed) await startEndpoint(client, example);
  next();
  const audiences = readAudiences(join(recordings, 'audience.json.gz'));
  const historyBegan = await importProduction(client, {
    ...{ example, seed, asOf, audiences, endpoint: ENDPOINT },
    ...{ version: champion.version, lists: lists[champion.name] ?? [] },
  });
  next();
  await recordReturns(client, { seed, asOf, model: MODEL, until: historyBegan });
  next();
  if (isServed) await sendVisits(client, seed, audiences);
  next();
  await client.call(findRecommendations, { body: {} });
}

interface Registration {
  readonly recorded: RecordedCandidates;
  readonly asOf: Date;
  /** ONNX file of {@link SERVED}. */
  readonly served: Uint8Array;
}

/** Usage comes before the bill: late usage would have the bill allocated again. */
async function recordModels(client: DemoClient, registration: Registration): Promise<string[]> {
  await recordMachines(client, registration.asOf, 'nightly');
  return registerAll(client, registration);
}

async function registerAll(client: DemoClient, { recorded, asOf, served }: Registration): Promise<string[]> {
  const { seed, users, candidates } = recorded;
  const experimentId = await prepareRegistry(client);
  const variants = new Map(defaultVariants(seed).map((variant) => [variant.name, variant]));
  const versions: string[] = [];
  let startMs = asOf.getTime() - TRAINED_DAYS_AGO * DAY_MS;
  for (const candidate of candidates) {
    const variant = variants.get(candidate.name);
    if (variant === undefined) throw new Error(`no variant is named ${candidate.name}`);
    const onnx = candidate.name === SERVED ? served : null;
    const registrable = toRegistrable(candidate, users, { variant, startMs, onnx });
    versions.push(await registerCandidate(client, experimentId, registrable));
    startMs = registrable.serving.endedAtMs + PAUSE_MS;
  }
  return versions;
}

/** The candidate as it was trained from this moment on; the members of an ensemble one after another. */
function toRegistrable(
  { losses, memberMs, quality, ndcgAt10, recallAt10, serving }: RecordedCandidate,
  users: readonly number[],
  {
    variant,
    startMs,
    onnx,
  }: Pick<Registrable, 'onnx'> & {
    readonly variant: Registrable['trained']['variant'];
    readonly startMs: number;
  },
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
    onnx,
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
