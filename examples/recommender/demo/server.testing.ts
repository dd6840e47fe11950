import type { Application } from '../../../src/main.ts';
import { postponeJobs, testApplication } from '../../../src/testing/application.ts';
import { replayExport } from '../../../src/tradeoff/decisions/exports/index.ts';
import { exportDecision } from '../../../src/tradeoff/decisions/exports/schema.ts';
import { listDecisions, replayDecision } from '../../../src/tradeoff/decisions/schema.ts';
import { createDemoClient, type DemoClient } from './client.ts';

/** An application that the demo's client calls over HTTP. */
export interface DemoServer extends AsyncDisposable {
  readonly client: DemoClient;
  /** Delivers all events and runs the jobs that they enqueue. */
  settle(): Promise<void>;
}

export async function startDemoServer(): Promise<DemoServer> {
  let aheadMs = 0;
  const clock = { now: () => Date.now() + aheadMs };
  const application = await testApplication({ clock }, { lakeThreads: 1 });
  await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
  const url = await application.http.listen({ host: '127.0.0.1', port: 0 });
  return {
    client: createDemoClient(url),
    async settle() {
      aheadMs += 5_000;
      await drain(application);
    },
    [Symbol.asyncDispose]: () => application[Symbol.asyncDispose](),
  };
}

async function drain({ events, jobs }: Application): Promise<void> {
  await events.drain();
  await jobs.drain();
  await events.drain();
}

/** Replays every decision on the server, and its export without the server; answers each with its recorded verdict. */
export async function replayAll(client: DemoClient) {
  const { decisions } = await client.call(listDecisions, { query: { pageSize: 1000 } });
  const replays = [];
  for (const { decision, verdict: recorded } of decisions) {
    const params = { decision };
    const onServer = await client.call(replayDecision, { params });
    const exported = replayExport(JSON.stringify(await client.call(exportDecision, { params })));
    replays.push({ decision, recorded, onServer, exported });
  }
  return replays;
}
