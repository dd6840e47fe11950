import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { getEndpoint } from '../../../../src/mlops/serving/schema.ts';
import { sendDay } from '../../production/traffic.ts';
import { createRandom, seedFor } from '../../random/xoshiro.ts';
import type { DemoClient } from '../client.ts';
import { MODEL } from '../register.ts';
import type { Audiences } from './recorded-audience.ts';
import { applyDocument } from './recorded-production.ts';

/** Of `production/documents/endpoint.yaml`. */
export const ENDPOINT = 'home-feed';
/** Enough for the health of an endpoint to be judged by its last hour. */
const VISITS = 72;
const POLL_MS = 100;
const PATIENCE_MS = 60_000;

/** Whether the backend `onnx` can run: its package is optional. */
export function canServe(): boolean {
  try {
    import.meta.resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}

/** Applies the endpoint; its replica starts while the load continues. */
export function startEndpoint(client: DemoClient, example: string): Promise<void> {
  return applyDocument(client, join(example, 'production/documents/endpoint.yaml'));
}

/** Waits for the replica and sends it the first visits, with their outcomes. An endpoint that does not start says so on its page. */
export async function sendVisits(client: DemoClient, seed: number, { crowd }: Audiences): Promise<void> {
  if (!(await waitUntilLive(client))) return;
  await sendDay(client, {
    ...{ day: 'loaded', endpoint: ENDPOINT, model: MODEL, audience: crowd, visits: VISITS, dayMs: 0 },
    random: createRandom(seedFor(seed, 'live')),
    orderRandom: createRandom(seedFor(seed, 'live-orders')),
  });
}

async function waitUntilLive(client: DemoClient): Promise<boolean> {
  const patience = performance.now() + PATIENCE_MS;
  while (performance.now() < patience) {
    const { live, state } = await client.call(getEndpoint, { params: { endpoint: ENDPOINT } });
    if (live !== null) return true;
    if (state === 'failed') return false;
    await pause(POLL_MS);
  }
  return false;
}
