import { setTimeout as pause } from 'node:timers/promises';
import { getEndpoint } from '../../../src/mlops/serving/schema.ts';
import type { DemoClient } from '../demo/client.ts';

export const ENDPOINT = 'home-feed';
const POLL_MS = 100;
const PATIENCE_MS = 300_000;

/** Looks until there is an answer. */
export async function until<T>(look: () => Promise<T | null>, what: string): Promise<T> {
  const patience = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > patience) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
    await pause(POLL_MS);
  }
}

/** Waits until the endpoint answers with a version. */
export function served(client: DemoClient, version: string): Promise<true> {
  return until(async () => {
    const { live, state, newest } = await client.call(getEndpoint, { params: { endpoint: ENDPOINT } });
    if (state === 'failed') throw new Error(`the endpoint: ${newest.reason}`);
    return live?.versions.main === version ? true : null;
  }, `version ${version} at the endpoint`);
}

/** Waits until the newest revision of the endpoint has the traffic and all of its replicas. */
export function settled(client: DemoClient): Promise<true> {
  return until(async () => {
    const { state, variants, newest } = await client.call(getEndpoint, { params: { endpoint: ENDPOINT } });
    if (state === 'failed') throw new Error(`the endpoint: ${newest.reason}`);
    const isReady = variants.every(({ replicasReady, replicasWanted }) => replicasReady >= replicasWanted);
    return state === 'live' && isReady ? true : null;
  }, 'the newest revision of the endpoint');
}
