import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { applyText, gpuSource } from '../../src/finops/testing/gpu-sources.ts';
import { testApplication } from '../../src/testing/application.ts';
import { createCanarySeries } from '../../src/tradeoff/bridges/index.ts';
import { findPrometheus, startPrometheus } from '../support/prometheus.ts';

const SECOND = 1_000;

/** A model server's metrics: the queue of version 2 is 3 longer, and both follow the load. */
async function startExporter(): Promise<string> {
  const server = createServer((_, answer) => {
    const load = (Date.now() / SECOND) % 7;
    answer.setHeader('content-type', 'text/plain; version=0.0.4').end(
      `# TYPE queue_depth gauge
queue_depth{version="1",pod="a"} ${load}
queue_depth{version="2",pod="b"} ${load + 3}
queue_depth{version="3",pod="c"} 1
queue_depth{version="3",pod="d"} 1
`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(!findPrometheus() && process.env.CI === undefined)(
  'checks of a canary by a real Prometheus (skipped where prometheus is missing)',
  () => {
    it('pair the values of both versions, and have a reason for all that is no value', async () => {
      const job = { name: 'models', target: await startExporter(), honorLabels: true, labels: {} };
      await using application = await testApplication();
      const readSeries = createCanarySeries(application.store);
      const read = (live: string, canary: string, from: number) => {
        const endMs = Math.floor(Date.now() / SECOND) * SECOND - SECOND;
        const question = { source: 'main', live, canary, startMs: from, endMs, stepMs: SECOND };
        return readSeries(question, new AbortController().signal);
      };
      const applySource = (url: string) =>
        applyText(application, gpuSource('main', `{ type: prometheus, url: "${url}", interval: 1s, backfill: 1s }`));
      let from = 0;
      {
        await using prometheus = await startPrometheus([job]);
        await applySource(prometheus.url);
        const [one, two] = ['queue_depth{version="1"}', 'queue_depth{version="2"}'];
        await expect
          .poll(() => read(one, two, Date.now() - 5 * SECOND), { timeout: 60_000 })
          .toMatchObject({ reason: null });
        from = Math.ceil(Date.now() / SECOND) * SECOND;
        await pause(12 * SECOND);
        const { live, canary, reason } = await read(one, two, from);
        expect(reason).toBeNull();
        expect(live.length).toBeGreaterThanOrEqual(8);
        // The same scrape: the load cancels exactly.
        for (const [at, value] of canary.entries()) expect(value - (live[at] ?? 0)).toBeCloseTo(3, 9);
        expect((await read(one, 'queue_depth{version="3"}', from)).reason).toMatch(/results in 2 series/);
        expect((await read(one, 'sum(queue_depth{version="3"})', from)).reason).toBeNull();
        expect((await read(one, 'queue_depth{version="4"}', from)).reason).toMatch(/results in no series/);
        expect((await read(one, `0 * ${two} / 0`, from)).reason).toMatch(/no finite value/);
        expect((await read(one, 'queue_depth{', from)).reason).toMatch(/answers 400: .*parse error/);
      }
      expect((await read('a', 'b', from)).reason).toMatch(/cannot be reached/);
      // Prometheus restarts without its data.
      await using restarted = await startPrometheus([job]);
      await applySource(restarted.url);
      await expect
        .poll(async () => (await read('queue_depth{version="1"}', 'queue_depth{version="2"}', from)).reason, {
          timeout: 60_000,
        })
        .toMatch(/^Only \d+ of \d+ intervals have a value of both sides/);
    });
  },
);
