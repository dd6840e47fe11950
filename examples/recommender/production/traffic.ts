import { setTimeout as pause } from 'node:timers/promises';
import { type Label, recordLabels } from '../../../src/mlops/predictions/schema.ts';
import { recordOutcomeEvents } from '../../../src/tradeoff/value/schema.ts';
import type { DemoClient } from '../demo/client.ts';
import type { Random } from '../random/xoshiro.ts';
import { drawOrder, type Sale } from '../returns/record-returns.ts';
import type { Audience } from './audience.ts';
import { demandAt } from './day.ts';
import { ENDPOINT } from './endpoint-state.ts';

export interface Traffic {
  /** Unique name of the day. */
  readonly day: string;
  readonly endpoint: string;
  readonly model: string;
  readonly audience: Audience;
  readonly random: Random;
  /** Of the orders that visits lead to. */
  readonly orderRandom: Random;
  /** Visits of the whole day. */
  readonly visits: number;
  /** Duration of a simulated day in milliseconds. */
  readonly dayMs: number;
  readonly signal?: AbortSignal;
}

interface Visits {
  /** Unique name. */
  readonly name: string;
  readonly model: string;
  readonly audience: Audience;
  readonly random: Random;
  readonly visits: number;
}

/** Visits at the same time. */
const AT_ONCE = 4;

/** Sends visits to the endpoint as fast as it answers, and their labels at the end. */
export async function sendVisits(client: DemoClient, traffic: Visits): Promise<void> {
  const { name, model, audience, random } = traffic;
  const users = Array.from({ length: traffic.visits }, () => audience.visitor(random));
  const labels: Label[] = [];
  for (let from = 0; from < users.length; from += AT_ONCE) {
    const asked = users.slice(from, from + AT_ONCE).map(async (user, index) => {
      const prediction = `${name}-${from + index}`;
      const version = await ask(client.url, { endpoint: ENDPOINT, model }, prediction, user);
      if (version !== null) labels.push({ prediction, value: [...audience.likes(user)] });
    });
    await Promise.all(asked);
  }
  await client.call(recordLabels, { body: { model, labels } });
}

export interface Answers {
  readonly answered: number;
  /** Not answered with 200. */
  readonly failed: number;
  /** Versions that answered. */
  readonly versions: readonly string[];
}

/** Sends the visits of a day to the endpoint over HTTP, hour by hour; sends the labels at the end of each hour. */
export async function sendDay(client: DemoClient, traffic: Traffic): Promise<Answers> {
  const versions = new Set<string>();
  let [answered, failed] = [0, 0];
  for (let hour = 0; hour < 24 && traffic.signal?.aborted !== true; hour++) {
    const endsAt = performance.now() + traffic.dayMs / 24;
    const count = Math.round((traffic.visits / 24) * demandAt(hour));
    const labels: Label[] = [];
    const orders: Sale[] = [];
    for (let visit = 0; visit < count; visit++) {
      const user = traffic.audience.visitor(traffic.random);
      const id = `${traffic.day}-${hour}-${visit}`;
      const version = await ask(client.url, traffic, id, user);
      if (version === null) failed += 1;
      else {
        answered += 1;
        versions.add(version);
        const likes = traffic.audience.likes(user);
        if (likes.length > 0) labels.push({ prediction: id, value: [...likes] });
        const at = new Date().toISOString();
        const order = drawOrder(traffic.orderRandom, { prediction: id, model: traffic.model, at, user });
        if (order !== null) orders.push(order);
      }
    }
    if (labels.length > 0) await client.call(recordLabels, { body: { model: traffic.model, labels } });
    if (orders.length > 0) await client.call(recordOutcomeEvents, { body: { events: orders } });
    await rest(endsAt - performance.now(), traffic.signal);
  }
  return { answered, failed, versions: [...versions].toSorted() };
}

/** Ends early where the day is called off. */
async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted !== true) await pause(Math.max(0, ms), undefined, signal && { signal }).catch(() => undefined);
}

/** The version that answered; null where none did. */
async function ask(
  url: string,
  { endpoint, model }: Pick<Traffic, 'endpoint' | 'model'>,
  id: string,
  user: number,
): Promise<string | null> {
  const answer = await fetch(`${url}/serve/${endpoint}/v2/models/${model}/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-steelyard-prediction-id': id, 'x-user': String(user) },
    body: JSON.stringify({ inputs: [{ name: 'user_index', datatype: 'INT64', shape: [1], data: [user] }] }),
  });
  await answer.arrayBuffer();
  return answer.ok ? (answer.headers.get('x-steelyard-model-version') ?? '') : null;
}
