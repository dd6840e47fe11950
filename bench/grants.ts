import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { meterReservation, openReservation, settleReservation } from '../src/finops/budgets/reservations/schema.ts';
import { getBudget } from '../src/finops/budgets/schema.ts';
import { recordUsage } from '../src/finops/metering/schema.ts';
import { type Application, createApplication } from '../src/main.ts';
import { loadConfig } from '../src/platform/config/index.ts';
import { buildUrl, type CallInput, type Endpoint } from '../src/platform/contract/schema.ts';
import { postApply } from '../src/platform/manifests/schema.ts';
import { spreadOf } from './statistics.ts';

/** Latency of a grant under a hard budget whose window has many usage intervals: `npm run bench:grants`. */

const INTERVALS = [1_000, 10_000, 100_000];
const REPETITIONS = 15;
const A_CALL = 1_000;
const MONTH = Date.parse('2026-11-01T00:00:00Z');
const NOW = Date.parse('2026-11-20T12:00:00Z');
const SETUP = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: bench, prices: [{resource: gpu, perHour: '3.06', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: recs}
spec: {subject: {team: recs}, amount: '1000000000', currency: USD, enforcement: hard}
`;

async function call<E extends Endpoint>(application: Application, target: E, input: CallInput<E>): Promise<void> {
  const headers = { host: 'localhost', 'content-type': 'application/json' };
  const payload = JSON.stringify(input.body ?? {});
  const sent = target.method === 'GET' ? {} : { payload };
  const answer = await application.http.inject({
    method: target.method,
    url: buildUrl(target, input),
    headers,
    ...sent,
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
}

async function record(application: Application, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += A_CALL) {
    const intervals = Array.from({ length: Math.min(A_CALL, to - first) }, (_, index) => {
      const start = MONTH + (((first + index) * 7_919) % 1_500_000) * 1_000;
      return {
        usage: `u${first + index}`,
        subject: { team: 'recs', run: `r${(first + index) % 500}` },
        resource: 'gpu',
        quantity: '1',
        period: { start: new Date(start).toISOString(), end: new Date(start + 90_000).toISOString() },
        origin: 'bench',
      };
    });
    await call(application, recordUsage, { body: { intervals } });
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function measure(application: Application): Promise<Record<'open' | 'meter' | 'settle' | 'show', number[]>> {
  const times = { open: [] as number[], meter: [] as number[], settle: [] as number[], show: [] as number[] };
  for (let turn = 0; turn < REPETITIONS; turn += 1) {
    const reservation = `r-${performance.now()}`;
    const params = { reservation };
    const held = { subject: { team: 'recs' }, resource: 'gpu', quantity: '1', origin: 'bench' };
    const start = new Date(NOW - 600_000).toISOString();
    times.open.push(await timed(() => call(application, openReservation, { body: { ...held, reservation, start } })));
    // Past half its lease, so that more is set aside.
    const at = new Date(NOW - 200_000).toISOString();
    times.meter.push(await timed(() => call(application, meterReservation, { params, body: { at } })));
    times.settle.push(await timed(() => call(application, settleReservation, { params, body: { end: at } })));
    times.show.push(await timed(() => call(application, getBudget, { params: { budget: 'recs' } })));
  }
  return times;
}

const folder = mkdtempSync(join(tmpdir(), 'steelyard-grants-'));
try {
  const { config } = loadConfig({ environment: {}, flags: { data: folder, logLevel: 'silent', port: 0 } });
  await using application = await createApplication(config, { clock: { now: () => NOW } });
  await call(application, postApply, { body: { documents: [{ file: 'bench.yaml', text: SETUP }] } });
  console.log('| intervals in the window | open | meter with a grant | settle | show the budget |');
  console.log('| ---: | ---: | ---: | ---: | ---: |');
  let recorded = 0;
  for (const intervals of INTERVALS) {
    await record(application, recorded, intervals);
    recorded = intervals;
    const times = await measure(application);
    const cells = [times.open, times.meter, times.settle, times.show].map(
      (each) => `${spreadOf(each).median.toFixed(1)} ms`,
    );
    console.log(`| ${intervals.toLocaleString('en')} | ${cells.join(' | ')} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
