import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { recordUsage, type UsageInterval } from '../../../../src/finops/metering/schema.ts';
import { postApply } from '../../../../src/platform/manifests/schema.ts';
import { HOUR_MS } from '../../../../src/platform/units/durations.ts';
import { countVisits, importHistory } from '../../production/history.ts';
import type { DemoClient } from '../client.ts';
import { INSTANCE, MODEL, SUBJECT } from '../register.ts';
import type { Audiences } from './recorded-audience.ts';

/** Predictions of the last days; in the last hours of them a campaign has changed the audience. */
const HISTORY_HOURS = 96;
const SEASON_HOURS = 12;
const VISITS_PER_HOUR = 60;
/** Ends of the windows of the quality evaluation. */
const WINDOW_MS = 6 * HOUR_MS;
const ENVIRONMENT = 'production';

export interface RecordedProduction {
  readonly example: string;
  readonly seed: number;
  readonly asOf: Date;
  readonly version: string;
  /** Endpoint that answered. */
  readonly endpoint: string;
  /** Ten items for each user, by user index. */
  readonly lists: readonly (readonly number[])[];
  readonly audiences: Audiences;
}

/** Imports the log of the last days with outcomes, the hours of their machine, and their monitor; returns the time of the first one. */
export async function importProduction(client: DemoClient, production: RecordedProduction): Promise<number> {
  const { example, seed, asOf, version, endpoint, lists, audiences } = production;
  const end = Math.floor(asOf.getTime() / WINDOW_MS) * WINDOW_MS;
  const seasonBegan = end - SEASON_HOURS * HOUR_MS;
  const start = end - HISTORY_HOURS * HOUR_MS;
  const words = { usualStart: new Date(start).toISOString(), usualEnd: new Date(seasonBegan).toISOString() };
  await applyDocument(client, join(example, 'production/documents/monitor.yaml'), words);
  await client.call(recordUsage, { body: { intervals: listServingHours({ version, endpoint, start, end }) } });
  await importHistory(client, {
    ...{ seed, model: MODEL, version, endpoint, start, end, perHour: VISITS_PER_HOUR },
    answer: (user) => ({ item_index: [...(lists[user] ?? [])] }),
    audienceAt: (instant) => (instant < seasonBegan ? audiences.usual : audiences.crowd),
  });
  return start;
}

/** Applies a document of the example; `{word}` in it is replaced. */
export async function applyDocument(
  client: DemoClient,
  path: string,
  words: Readonly<Record<string, string>> = {},
): Promise<void> {
  const text = readFileSync(path, 'utf8').replaceAll(/\{(\w+)\}/g, (word, name) => words[name] ?? word);
  await client.call(postApply, { body: { documents: [{ file: basename(path), text }] } });
}

/** One machine for each hour, with the visits that it answered. */
function listServingHours({
  version,
  endpoint,
  start,
  end,
}: {
  readonly version: string;
  readonly endpoint: string;
  readonly start: number;
  readonly end: number;
}): UsageInterval[] {
  const hours = Array.from({ length: (end - start) / HOUR_MS }, (_, index) => start + index * HOUR_MS);
  return hours.map((hour) => ({
    usage: `${endpoint}:${new Date(hour).toISOString().replaceAll(/\D/g, '')}`,
    subject: { ...SUBJECT, modelVersion: version, endpoint, environment: ENVIRONMENT, purpose: 'inference' },
    ...{ resource: INSTANCE, quantity: '1', predictions: countVisits(VISITS_PER_HOUR, hour) },
    period: { start: new Date(hour).toISOString(), end: new Date(hour + HOUR_MS).toISOString() },
    origin: 'demo: one replica of the endpoint',
  }));
}
