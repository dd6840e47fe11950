import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Champion, championOf } from '../../examples/electricity/champion.ts';
import { chanceOfUp, type LogisticModel } from '../../examples/electricity/logistic.ts';
import { between, type HalfHour, readMarket } from '../../examples/electricity/market.ts';
import { type Application, createApplication } from '../../src/main.ts';
import { recordLabels, recordPredictions } from '../../src/mlops/predictions/schema.ts';
import { type DriftWindow, listDriftWindows } from '../../src/mlops/quality/drift-windows/schema.ts';
import { applied, ranToEnd } from '../../src/mlops/testing/pipelines.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { DAY_MS, MINUTE_MS, WEEK_MS } from '../../src/platform/units/durations.ts';
import { call } from '../../src/testing/application.ts';
import { isDeep } from '../../src/testing/deep.ts';
import { getRetraining, getRetrainingRound, type RetrainingRound } from '../../src/tradeoff/retraining/schema.ts';

export const MARKET = join(import.meta.dirname, '../../../shared/data/stats/drift/elec2.csv.gz');
const EXAMPLE = join(import.meta.dirname, '../../examples/electricity');
const MODEL = 'price-direction';
const LABELS_LATE_MS = DAY_MS;
/** The market before is trained on; from here on it is monitored. */
const TRAINED_ROWS = 10_000;
const USUAL_WEEKS = 12;
const LAST_MINUTES = 3;
const WEEKS = 60;
/**
 * A replay by the day records all that is due before the clock moves there, so that no job in the background finds a part of it and
 * two replays come out the same. By the week it takes a third of the time.
 */
const STEP_MS = isDeep ? DAY_MS : WEEK_MS;

/** A predicted half hour: whether the prediction was right, and whether that of the first model would have been. */
export interface Told {
  readonly at: number;
  readonly version: string;
  readonly right: boolean;
  readonly firstRight: boolean;
}

export interface Replay {
  readonly told: readonly Told[];
  /** In order of time. */
  readonly rounds: readonly RetrainingRound[];
  readonly windows: readonly DriftWindow[];
}

/** Time that is set to that of the market, and passes. */
class MarketClock {
  #setTo: number;
  #setAt = performance.now();
  constructor(instant: number) {
    this.#setTo = instant;
  }
  /** An arrow function, because it is passed without its object. */
  readonly now = () => Math.floor(this.#setTo + performance.now() - this.#setAt);
  set(instant: number): void {
    this.#setTo = Math.max(instant, this.now());
    this.#setAt = performance.now();
  }
}

/** Replays sixty weeks of the market in their order: predictions for each half hour, with outcomes a day late. */
export async function replayMarket(): Promise<Replay> {
  const market = readMarket(MARKET);
  const [origin, begin] = [market[0]?.at ?? 0, market[TRAINED_ROWS]?.at ?? 0];
  const clock = new MarketClock(begin);
  const data = mkdtempSync(join(tmpdir(), 'electricity-'));
  const { config } = loadConfig({ environment: {}, flags: { data, logLevel: 'silent', port: 0 } });
  await using application = await createApplication(config, { clock });
  const url = await listenOn(application.http, config);
  await applyDocuments(application, begin);
  const params = { from: iso(origin), until: iso(begin) };
  const { state } = await ranToEnd(application, MODEL, { params });
  const first = await championOf(url, MODEL);
  if (first === null) throw new Error(`the first training ended as ${state}`);
  const told: Told[] = [];
  for (let start = begin; start < begin + WEEKS * WEEK_MS; start += STEP_MS) {
    const end = start + STEP_MS;
    const champion = (await championOf(url, MODEL)) ?? first;
    // Predictions that are more than a day ahead of the clock are refused.
    if (STEP_MS > DAY_MS) clock.set(end);
    told.push(...(await predicted(application, between(market, start, end), champion, first.model)));
    const known = between(market, Math.max(begin, start - LABELS_LATE_MS), end - LABELS_LATE_MS);
    if (known.length > 0) await call(application, recordLabels, { body: { model: MODEL, labels: known.map(labelOf) } });
    // The monitor looks each minute.
    clock.set(end + MINUTE_MS);
    await settled(application);
  }
  // An alert of the last minute is handed on in the minutes after it.
  for (let minute = 0; minute < LAST_MINUTES; minute += 1) {
    clock.set(clock.now() + MINUTE_MS);
    await settled(application);
  }
  const { windows } = await call(application, listDriftWindows, { params: { monitor: MODEL } });
  return { told, rounds: await roundsOf(application), windows };
}

async function applyDocuments(application: Application, begin: number): Promise<void> {
  const words: Readonly<Record<string, string>> = {
    node: process.execPath,
    example: EXAMPLE,
    market: MARKET,
    usualStart: iso(begin),
    usualEnd: iso(begin + USUAL_WEEKS * WEEK_MS),
  };
  const text = readFileSync(join(EXAMPLE, 'documents/electricity.yaml'), 'utf8');
  await applied(
    application,
    text.replaceAll(/\{(\w+)\}/g, (word, name) => words[name] ?? word),
  );
}

async function predicted(
  application: Application,
  rows: readonly HalfHour[],
  { version, model }: Champion,
  first: LogisticModel,
): Promise<Told[]> {
  const predictions = rows.map(({ at, up: _, ...inputs }) => {
    const probability = chanceOfUp(model, inputs);
    return {
      prediction: `half-hour-${at}`,
      model: MODEL,
      modelVersion: version,
      predictedAt: iso(at),
      inputs,
      output: { class: probability >= 0.5 ? 1 : 0, probability },
    };
  });
  await call(application, recordPredictions, { body: { predictions } });
  return rows.map((row) => ({
    at: row.at,
    version,
    right: chanceOfUp(model, row) >= 0.5 === row.up,
    firstRight: chanceOfUp(first, row) >= 0.5 === row.up,
  }));
}

function labelOf({ at, up }: HalfHour) {
  return { prediction: `half-hour-${at}`, observedAt: iso(at + LABELS_LATE_MS), value: up ? 1 : 0 };
}

/** Number of hand-overs by events between jobs, from the drift check to the run of the retraining. */
const HANDED_ON = 4;

/** Resolves when the monitor has checked, and no retraining is active. */
async function settled(application: Application): Promise<void> {
  for (;;) {
    for (let turn = 0; turn < HANDED_ON; turn += 1) {
      await application.jobs.drain();
      await application.events.drain();
    }
    const { lastRound } = await call(application, getRetraining, { params: { retraining: MODEL } });
    if (lastRound === null || !['starting', 'running'].includes(lastRound.state)) return;
    await pause(50); // its step is another process
  }
}

async function roundsOf(application: Application): Promise<RetrainingRound[]> {
  const { rounds } = await call(application, getRetraining, { params: { retraining: MODEL } });
  const asked = rounds.map(({ round }) =>
    call(application, getRetrainingRound, { params: { retraining: MODEL, round } }),
  );
  return (await Promise.all(asked)).toReversed();
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
