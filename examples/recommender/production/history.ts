import { type Label, type Prediction, recordLabels, recordPredictions } from '../../../src/mlops/predictions/schema.ts';
import { HOUR_MS } from '../../../src/platform/units/durations.ts';
import { recordOutcomeEvents } from '../../../src/tradeoff/value/schema.ts';
import type { DemoClient } from '../demo/client.ts';
import { createRandom, seedFor } from '../random/xoshiro.ts';
import { drawOrder, type Sale } from '../returns/record-returns.ts';
import type { Audience } from './audience.ts';
import { demandAt } from './day.ts';

/** Predictions sent in one request. */
const BATCH = 2_000;

/** The only variant of the endpoint. */
const VARIANT = 'main';

/** `item_index`, and `score` where the scores are known. */
export type RankedItems = Record<string, number[]>;

export interface History {
  readonly seed: number;
  readonly model: string;
  readonly version: string;
  /** Endpoint that the log names; left out: none. */
  readonly endpoint?: string;
  /** The answer of the model for a user. */
  readonly answer: (user: number) => RankedItems;
  /** Audience at an instant, Unix milliseconds. */
  readonly audienceAt: (instant: number) => Audience;
  /** Unix milliseconds. */
  readonly start: number;
  readonly end: number;
  /** Visits in a mean hour. */
  readonly perHour: number;
}

/**
 * Imports the predictions of the same version on earlier days, as the log of another server has them, with their
 * outcomes.
 */
export async function importHistory(client: DemoClient, history: History): Promise<number> {
  const visits = visitsOf(history);
  for (let from = 0; from < visits.length; from += BATCH) {
    const batch = visits.slice(from, from + BATCH);
    await client.call(recordPredictions, { body: { predictions: batch.map(({ prediction }) => prediction) } });
    const labels = batch.flatMap(({ label }) => label);
    await client.call(recordLabels, { body: { model: history.model, labels } });
    const events = batch.flatMap(({ order }) => (order === null ? [] : [order]));
    if (events.length > 0) await client.call(recordOutcomeEvents, { body: { events } });
  }
  return visits.length;
}

/** Visits in the hour that begins at this instant, Unix milliseconds. */
export function countVisits(perHour: number, hour: number): number {
  return Math.round(perHour * demandAt(new Date(hour).getUTCHours()));
}

interface Visit {
  readonly prediction: Prediction;
  /** None where the user likes nothing. */
  readonly label: readonly Label[];
  /** The order that followed; null without one. */
  readonly order: Sale | null;
}

function visitsOf({ seed, model, version, endpoint, answer, audienceAt, start, end, perHour }: History): Visit[] {
  const random = createRandom(seedFor(seed, 'visits'));
  const orders = createRandom(seedFor(seed, 'orders'));
  const visits: Visit[] = [];
  for (let hour = start; hour < end; hour += HOUR_MS) {
    const count = countVisits(perHour, hour);
    const audience = audienceAt(hour);
    for (let visit = 0; visit < count; visit++) {
      const at = new Date(hour + Math.floor(((visit + random.next()) / count) * HOUR_MS)).toISOString();
      const user = audience.visitor(random);
      const id = `day-${at}-${user}`;
      const likes = audience.likes(user);
      visits.push({
        prediction: {
          prediction: id,
          model,
          modelVersion: version,
          ...(endpoint === undefined ? {} : { endpoint, variant: VARIANT }),
          environment: 'production',
          predictedAt: at,
          entity: String(user),
          inputs: { user_index: user },
          output: { ...answer(user) },
          latencyMs: 2 + random.next(),
        },
        label: likes.length === 0 ? [] : [{ prediction: id, value: [...likes] }],
        order: drawOrder(orders, { prediction: id, model, at, user }),
      });
    }
  }
  return visits;
}
