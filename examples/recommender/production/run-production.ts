import { resolve } from 'node:path';
import { evaluateMonitor } from '../../../src/mlops/monitoring/alerts/schema.ts';
import { HOUR_MS } from '../../../src/platform/units/durations.ts';
import { getRetraining, getRetrainingRound, isRoundOver } from '../../../src/tradeoff/retraining/schema.ts';
import type { Candidate, Report } from '../demo/candidates.ts';
import type { DemoClient } from '../demo/client.ts';
import { MODEL } from '../demo/register.ts';
import { createRandom, seedFor } from '../random/xoshiro.ts';
import { recordReturns } from '../returns/record-returns.ts';
import { applyDocuments } from './apply-documents.ts';
import type { Audiences } from './audience.ts';
import { ENDPOINT, served, until } from './endpoint-state.ts';
import { importHistory } from './history.ts';
import { createRanker } from './ranker.ts';
import { type Answers, sendDay, type Traffic } from './traffic.ts';

const MONITOR = 'home-feed';
const RETRAINING = 'ranker';
/** Another episode of the same campaign may open a second round, which waits for the end of the cooldown. */
const FIRST_ROUND = 1;
/** Window of the quality evaluation in hours, counted from midnight. */
const WINDOW_HOURS = 6;
const HISTORY_HOURS = 96;
/** Time since the start of the campaign: two complete windows, in hours. */
const SEASON_HOURS = 12;
const VISITS_PER_HOUR = 60;
const DAY = { visits: 1_200, dayMs: 5_000 };
/** Drift of a version is judged on 1,500 predictions and a window of 500. */
const FIRST_DAY = { visits: 2_100, dayMs: 5_000 };
/** A simulated day while a user watches the demo. */
const LATER_DAY = { visits: 4_800, dayMs: 480_000 };

export interface ProductionOptions {
  readonly seed: number;
  readonly asOf: Date;
  readonly audiences: Audiences;
  readonly report: Report;
  /** The promoted candidate, and its version. */
  readonly champion: { readonly candidate: Candidate; readonly version: string };
}

/** Production after the demo. */
export interface Production {
  /** Days that pass in minutes, until it is aborted. */
  goOn(signal: AbortSignal): Promise<void>;
}

/** Serves and monitors the promoted version, and retrains it when the audience and its taste have changed. */
export async function runProduction(client: DemoClient, options: ProductionOptions): Promise<Production> {
  const { seed, report, champion } = options;
  const { usual, crowd, ratings } = options.audiences;
  const random = createRandom(seedFor(seed, 'live'));
  const orderRandom = createRandom(seedFor(seed, 'live-orders'));
  const seasonBegan = windowStart(options.asOf) - SEASON_HOURS * HOUR_MS;
  const historyBegan = seasonBegan - (HISTORY_HOURS - SEASON_HOURS) * HOUR_MS;
  const imported = await importHistory(client, {
    seed,
    model: MODEL,
    version: champion.version,
    answer: createRanker(champion.candidate.trained.model),
    audienceAt: (instant) => (instant < seasonBegan ? usual : crowd),
    start: historyBegan,
    end: windowStart(options.asOf),
    perHour: VISITS_PER_HOUR,
  });
  report(
    `${imported.toLocaleString('en')} predictions of the last days come in with their outcomes; a campaign began ${SEASON_HOURS} hours before the end`,
  );
  const days = await recordReturns(client, { seed, asOf: options.asOf, model: MODEL, until: historyBegan });
  report(`orders of ${days} days come in, with the margin that the home feed led to`);
  // Drift is compared from the first prediction on, so the log comes before the monitor.
  await applyDocuments(client, ['monitor.yaml', 'pipeline.yaml', 'policy.yaml', 'retraining.yaml'], {
    ratings,
    seed: String(seed),
    example: resolve(import.meta.dirname, '..'),
    node: process.execPath,
    usualStart: new Date(historyBegan).toISOString(),
    usualEnd: new Date(seasonBegan).toISOString(),
  });
  const day = (name: string) => ({
    day: name,
    endpoint: ENDPOINT,
    model: MODEL,
    audience: crowd,
    random,
    orderRandom,
    ...DAY,
  });
  const evaluate = () => client.call(evaluateMonitor, { params: { monitor: MONITOR } });
  const [promoted, before] = await Promise.all([
    retrained(client, report),
    evaluate().then(() => sendDay(client, day('today'))),
  ]);
  report(toldDay(before));
  if (promoted !== null) {
    await served(client, promoted);
    report(`ranker ${promoted} has the traffic`);
    report(toldDay(await sendDay(client, { ...day('tomorrow'), ...FIRST_DAY })));
    await evaluate();
  }
  return { goOn: (signal) => goOn(client, day('later'), signal) };
}

/** End of the latest complete window, Unix milliseconds. */
function windowStart(asOf: Date): number {
  const length = WINDOW_HOURS * HOUR_MS;
  return Math.floor(asOf.getTime() / length) * length;
}

/** Waits from the alarm to the verdict; returns the promoted version. */
async function retrained(client: DemoClient, report: Report): Promise<string | null> {
  const params = { retraining: RETRAINING };
  await until(async () => (await client.call(getRetraining, { params })).lastRound, 'a round of retraining');
  const over = await until(async () => {
    const now = await client.call(getRetrainingRound, { params: { ...params, round: FIRST_ROUND } });
    return isRoundOver(now.state) ? now : null;
  }, 'the end of the retraining');
  for (const { step, text } of over.timeline) report(`   ${step.padEnd(10)} ${text}`);
  return over.state === 'promoted' ? over.candidate : null;
}

function toldDay({ answered, failed, versions }: Answers): string {
  return `a day passes: ${answered.toLocaleString('en')} answered by version ${versions.join(' and ')}, ${failed} not`;
}

async function goOn(client: DemoClient, day: Omit<Traffic, 'signal'>, signal: AbortSignal): Promise<void> {
  for (let number = 1; !signal.aborted; number++) {
    await sendDay(client, { ...day, ...LATER_DAY, day: `${day.day}-${number}`, signal });
  }
}
