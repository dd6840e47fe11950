import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createApplication } from '../src/main.ts';
import { loadConfig } from '../src/platform/config/index.ts';
import type { CaseContext } from './case-context.ts';
import type { CaseReport, Figure } from './report.ts';

const SUBJECT = 'Steelyard';
const TICK_MS = 10_000;
const DOCUMENTS = `
{"apiVersion": "steelyard/v1", "kind": "PriceBook", "metadata": {"name": "own"}, "spec": {"currency": "USD", "source": "bench", "prices": [{"resource": "replica", "perHour": "1", "effectiveFrom": "2026-01-01"}]}}
---
{"apiVersion": "steelyard/v1", "kind": "Budget", "metadata": {"name": "all"}, "spec": {"subject": {"endpoint": "bench"}, "amount": "1000000", "currency": "USD", "enforcement": "hard"}}
`;

/**
 * Share of one core for metering hundreds of replicas every ten seconds under a hard budget, in the server's process.
 */
export async function measureMetering({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const flags = { data: join(folder, 'metering'), logLevel: 'silent', port: 0 };
  await using application = await createApplication(loadConfig({ environment: {}, flags }).config);
  const ask = async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const answer = await application.http.inject({
      method,
      url,
      headers: { host: 'localhost' },
      ...(payload === undefined ? {} : { payload }),
    });
    if (answer.statusCode !== 200) throw new Error(answer.body);
  };
  await ask('POST', '/api/v1/apply', { documents: [{ file: 'bench.yaml', text: DOCUMENTS }] });
  for (let replica = 0; replica < options.replicas; replica += 1) {
    const subject = { endpoint: 'bench', model: `m${replica % 20}`, purpose: 'inference' };
    await ask('POST', '/api/v1/budget-reservations', {
      reservation: `replica-${replica}`,
      subject,
      resource: 'replica',
      quantity: '1',
      origin: 'bench',
    });
  }
  const meterOf = (replica: number, at: number) =>
    ask('POST', `/api/v1/budget-reservations/replica-${replica}/meter`, { at: new Date(at).toISOString() });
  const idle = await shareOfCore(async () => pause(TICK_MS * options.meteringTicks));
  report(`metering: ${options.replicas} replicas, ${options.meteringTicks} reports each`);
  const busy = await shareOfCore(async () => {
    for (let tick = 0; tick < options.meteringTicks; tick += 1) {
      const at = Date.now();
      await Promise.all(Array.from({ length: options.replicas }, (_, replica) => meterOf(replica, at)));
      await pause(TICK_MS - (Date.now() - at));
    }
  });
  const figure = (measure: string, values: readonly number[]): Figure => ({
    measure,
    subject: SUBJECT,
    unit: '% of a core',
    values,
  });
  const share = figure('metering', [Math.max(0, busy - idle)]);
  return {
    name: 'metering',
    title: `Metering of ${options.replicas} replicas every ten seconds, under a hard budget`,
    subjects: [SUBJECT],
    comparisons: [
      { measure: 'all that the server does meanwhile', figures: [figure('all', [busy])] },
      { measure: 'the same without any replica to report', figures: [figure('idle', [idle])] },
      { measure: 'metering: the difference', figures: [share] },
    ],
    budgets: [{ what: `metering of ${options.replicas} replicas`, limit: 5, figure: share }],
    notes: [
      'CPU time of the process, user and system, by the clock; each report is a request that is injected, whose cost is in it. Embedded store on disk.',
    ],
  };
}

/** Percent of one core that this process uses during `work`. */
async function shareOfCore(work: () => Promise<unknown>): Promise<number> {
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return (100 * (user + system)) / 1000 / (performance.now() - from);
}
