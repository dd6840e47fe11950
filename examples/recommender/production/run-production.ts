import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { getEndpoint } from '../../../src/mlops/serving/schema.ts';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import { HOUR_MS } from '../../../src/platform/units/durations.ts';
import { getRetraining, getRetrainingRound, isRoundOver } from '../../../src/tradeoff/retraining/schema.ts';
import type { Candidate, Report } from '../demo/candidates.ts';
import type { DemoClient } from '../demo/client.ts';
import { MODEL } from '../demo/register.ts';
import { createRandom, seedFor } from '../random/xoshiro.ts';
import { ratingsToCsv } from '../ratings/csv.ts';
import { generateRatings } from '../ratings/generate.ts';
import { recordReturns } from '../returns/record-returns.ts';
import { type Audience, createAudience } from './audience.ts';
import { importHistory } from './history.ts';
import { createRanker } from './ranker.ts';
import { type Answers, sendDay, type Traffic } from './traffic.ts';

const ENDPOINT = 'home-feed';
const RETRAINING = 'ranker';
/** Window of the quality evaluation in hours, counted from midnight. */
const WINDOW_HOURS = 6;
const HISTORY_HOURS = 96;
/** Time since the start of the campaign: two complete windows, in hours. */
const SEASON_HOURS = 12;
/** The share of users with a changed taste, and their share of the visits since then. */
const CROWD = { share: 0.5, visits: 0.8 };
const VISITS_PER_HOUR = 60;
const DAY = { visits: 1_200, dayMs: 8_000 };
/** Drift of a version is judged on 1,500 predictions and a window of 400. */
const FIRST_DAY = { visits: 2_000, dayMs: 8_000 };
/** A simulated day while a user watches the demo. */
const LATER_DAY = { visits: 4_800, dayMs: 480_000 };
const POLL_MS = 250;
const PATIENCE_MS = 300_000;

export interface ProductionOptions {
  readonly seed: number;
  readonly asOf: Date;
  /** Folder of the ratings file that a retraining reads. */
  readonly folder: string;
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
  const random = createRandom(seedFor(seed, 'live'));
  const orderRandom = createRandom(seedFor(seed, 'live-orders'));
  const { usual, crowd, ratings } = audiencesOf(options);
  const seasonBegan = windowStart(options.asOf) - SEASON_HOURS * HOUR_MS;
  const historyBegan = seasonBegan - (HISTORY_HOURS - SEASON_HOURS) * HOUR_MS;
  await applyDocuments(client, {
    ratings,
    seed: String(seed),
    example: resolve(import.meta.dirname, '..'),
    node: process.execPath,
    usualStart: new Date(historyBegan).toISOString(),
    usualEnd: new Date(seasonBegan).toISOString(),
  });
  await served(client, champion.version);
  report(`ranker ${champion.version} answers at ${client.url}/serve/${ENDPOINT}/`);
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
  const day = (name: string) => ({
    day: name,
    endpoint: ENDPOINT,
    model: MODEL,
    audience: crowd,
    random,
    orderRandom,
    ...DAY,
  });
  const [promoted, before] = await Promise.all([retrained(client, report), sendDay(client, day('today'))]);
  report(toldDay(before));
  if (promoted !== null) {
    await served(client, promoted);
    report(`ranker ${promoted} has the traffic`);
    report(toldDay(await sendDay(client, { ...day('tomorrow'), ...FIRST_DAY })));
  }
  return { goOn: (signal) => goOn(client, day('later'), signal) };
}

/** The audience before the campaign and the one that it brings; writes their current ratings to a file. */
function audiencesOf({ seed, folder }: ProductionOptions): { usual: Audience; crowd: Audience; ratings: string } {
  const now = generateRatings({ seed, season: { name: 'campaign', share: CROWD.share } });
  const ratings = join(resolve(folder), 'ratings.csv');
  writeFileSync(ratings, ratingsToCsv(now));
  return { usual: createAudience(generateRatings({ seed })), crowd: createAudience(now, CROWD), ratings };
}

/** End of the latest complete window, Unix milliseconds. */
function windowStart(asOf: Date): number {
  const length = WINDOW_HOURS * HOUR_MS;
  return Math.floor(asOf.getTime() / length) * length;
}

async function applyDocuments(client: DemoClient, words: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(import.meta.dirname, 'documents');
  const documents = readdirSync(folder).map((file) => ({
    file,
    text: readFileSync(join(folder, file), 'utf8').replaceAll(/\{(\w+)\}/g, (word, name) => words[name] ?? word),
  }));
  await client.call(postApply, { body: { documents } });
}

async function until<T>(look: () => Promise<T | null>, what: string): Promise<T> {
  const patience = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > patience) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
    await pause(POLL_MS);
  }
}

function served(client: DemoClient, version: string): Promise<true> {
  return until(async () => {
    const { live, state, newest } = await client.call(getEndpoint, { params: { endpoint: ENDPOINT } });
    if (state === 'failed') throw new Error(`the endpoint: ${newest.reason}`);
    return live?.versions.main === version ? true : null;
  }, `version ${version} at the endpoint`);
}

/** Waits from the alarm to the verdict; returns the promoted version. */
async function retrained(client: DemoClient, report: Report): Promise<string | null> {
  const params = { retraining: RETRAINING };
  const round = await until(async () => {
    const { lastRound } = await client.call(getRetraining, { params });
    return lastRound;
  }, 'a round of retraining');
  report(`   ${round.trigger.detail}`);
  const over = await until(async () => {
    const now = await client.call(getRetrainingRound, { params: { ...params, round: round.round } });
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
