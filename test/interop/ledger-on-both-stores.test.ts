import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anomaliesCsv,
  getAnomaly,
  giveAnomalyFeedback,
  listAnomalies,
  undoAnomalyFeedback,
} from '../../src/finops/anomalies/schema.ts';
import {
  addForecastChange,
  getForecast,
  getForecastCsv,
  listForecasts,
  listForecastsCsv,
  removeForecastChange,
} from '../../src/finops/forecasts/schema.ts';
import { listGpuImports, listGpuSources } from '../../src/finops/gpu-telemetry/schema.ts';
import { parseScrape } from '../../src/finops/gpu-telemetry/sources/exporter.testing.ts';
import {
  getGpuEfficiency,
  getGpuHeatMap,
  getGpuIdle,
  getGpuOutcomes,
  getGpuOwners,
  getGpuReadings,
  gpuEfficiencyCsv,
  gpuOutcomesCsv,
  gpuOwnersCsv,
  listGpuOwnerRules,
  OwnerDimension,
} from '../../src/finops/gpu-usage/schema.ts';
import { applyText, gpuSource, syncAll, write } from '../../src/finops/testing/gpu-sources.ts';
import { importHolders, importPool, importSamples, samplesText } from '../../src/finops/testing/gpus.ts';
import { drainAll, LINES, listDays, type MadeLedger, openLedger } from '../../src/finops/testing/ledger.ts';
import type { Application } from '../../src/main.ts';
import { call } from '../../src/testing/application.ts';
import {
  applyRecommendation,
  dismissRecommendation,
  findRecommendations,
  getRecommendation,
  listRecommendations,
  recommendationHandling,
  undoRecommendation,
} from '../../src/tradeoff/recommendations/schema.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';

const bin = findPostgres();
const NOW = '2026-11-15T12:00:00Z';
const DAY = '2026-11-14';
const GIB = 1024 ** 3;
/** Names that a language puts in another order than their bytes do. */
const [ONE, TWO, THREE, FOUR] = ['gpu-a', 'GPU-b', 'GPU_a', 'gpu-B'] as const;
const TEAMS = ['search', 'Search', 'ads', 'Ads-2'] as const;

const minutes = (count: number, value: number) => Array.from({ length: count }, () => value);
const at = (minute: number) => new Date(Date.parse(`${DAY}T00:00:00Z`) + minute * 60_000).toISOString();

/**
 * Replaces the values that differ between servers: random ids, by their order of appearance, and the second in which a
 * job ran.
 */
function comparable(text: string): string {
  const seen = new Map<string, number>();
  const timeless = text.replaceAll(/2026-11-15T12:00:\d\d\.\d{3}Z/g, '<now>');
  return timeless.replaceAll(/\b([a-z]{2,4})[_-][0-9a-f][0-9a-f-]{7,}\b/g, (id, kind: string) => {
    const place = seen.get(id) ?? seen.size;
    seen.set(id, place);
    return `${kind}_${place}`;
  });
}

describe.skipIf(bin === null)('SQLite and PostgreSQL (skipped where initdb and postgres are not installed)', () => {
  let server: Databases;
  const ledgers: MadeLedger[] = [];
  beforeAll(async () => {
    server = await runDatabases();
    ledgers.push(await openLedger(NOW), await openLedger(NOW, { database: await server.newDatabase('en-US') }));
  });
  afterAll(async () => {
    for (const ledger of ledgers) await ledger[Symbol.asyncDispose]();
  });

  /** Sends the same to both servers, compares their answers, and returns the first one. */
  async function both<T>(ask: (application: Application, ledger: MadeLedger) => Promise<T>): Promise<T> {
    const [first, second] = await Promise.all(
      ledgers.map(async (ledger) => {
        const answer = await ask(ledger.application, ledger);
        return { answer, text: comparable(JSON.stringify(answer, null, 1) ?? '') };
      }),
    );
    if (first === undefined || second === undefined) throw new Error('there are two');
    expect(second.text).toBe(first.text);
    return first.answer;
  }

  it('answer alike of readings of GPUs, of who held them and of what that costs', async () => {
    const rows = [
      `${ONE},${at(0)},${at(90)},search,,,`,
      `${ONE},${at(60)},${at(240)},Search,,,`,
      `${TWO},${at(0)},${at(200)},,Ml,train-0,h-1`,
      `${TWO},${at(200)},${at(240)},,,,`,
      `${THREE},${at(0)},${at(240)},ads,,,H-1`,
      `${FOUR},${at(10)},${at(100)},Ads-2,,,`,
    ];
    const fields = ['team', 'namespace', 'pod', 'host'];
    const priced = { price: { amount: '2.345678901', currency: 'USD' }, resource: 'gpu:H100' };
    await both(async (application) => {
      const busy = { [ONE]: minutes(240, 20), [TWO]: [...minutes(200, 33.3), ...minutes(40, 0)] };
      const quiet = { [THREE]: minutes(240, 5), [FOUR]: [...minutes(40, 10), ...minutes(200, 0)] };
      await importSamples(application, samplesText({ ...busy, ...quiet }, { day: DAY }), priced);
      const memory = Object.fromEntries([ONE, TWO, THREE, FOUR].map((gpu) => [gpu, minutes(240, 8 * GIB)]));
      await importSamples(application, samplesText(memory, { day: DAY }), { ...priced, metric: 'memory' });
      await importHolders(application, ['gpu,start,end,team,namespace,pod,host', ...rows].join('\n'), fields);
      // The same import again, with one interval changed: the rows of an interval replace the known ones.
      const again = [`${FOUR},${at(50)},${at(120)},search,,,`, `${ONE},${at(0)},${at(90)},search,,,`];
      await importHolders(application, ['gpu,start,end,team,namespace,pod,host', ...again].join('\n'), fields);
      const pool = ['at,total,idle', ...minutes(60, 0).map((_, minute) => `${at(minute)},8,3`)].join('\n');
      const columns = { pool: 'P', time: 'at', total: 'total', unallocated: 'idle' };
      await importPool(application, pool, { ...columns, price: { amount: '1', currency: 'USD' } });
      const rule = (match: string, team: string) => `{ name: r, match: { ${match} }, subject: { team: '${team}' } }`;
      const rules = `[${rule('namespace: ML', 'of-{namespace}')}, ${rule('pool: p', 'of-{pool}')}]`;
      const kind = 'apiVersion: steelyard/v1\nkind: GpuOwnerRules';
      await applyText(application, `${kind}\nmetadata: { name: b }\nspec: { rules: ${rules} }\n`);
      await applyText(application, `${kind}\nmetadata: { name: a-z }\nspec: { rules: [] }\n`);
      await applyText(application, gpuSource('here', '{ type: push, price: { amount: "2", currency: USD } }'));
      const text = `DCGM_FI_DEV_GPU_UTIL{UUID="GPU-x",modelName="H100",exported_pod="p",exported_namespace="ml"} 40`;
      const start = Date.parse(NOW) - 3_600_000;
      await write(
        application,
        'here',
        minutes(120, 0).flatMap((_, index) => parseScrape(text, start + index * 15_000)),
      );
      return syncAll(application);
    });
    const found = await both((application) =>
      Promise.all(OwnerDimension.options.map((by) => call(application, getGpuOwners, { query: { by } }))),
    );
    expect(new Set(found.map(({ cost }) => cost.paid)).size).toBe(1);
    const teams = found[0]?.groups.map(({ key }) => key) ?? [];
    expect(teams.filter((team) => team !== null).toSorted()).toEqual([...TEAMS, 'of-ml', 'of-p'].toSorted());
    await both((application) =>
      Promise.all([
        ...(['day', 'week'] as const).map((step) => call(application, getGpuEfficiency, { query: { step } })),
        call(application, getGpuEfficiency, { query: { by: 'host', team: 'search' } }),
        call(application, getGpuOutcomes),
        call(application, getGpuIdle),
        call(application, getGpuIdle, { query: { threshold: '0.15', window: '10m' } }),
        call(application, getGpuHeatMap, { query: { slots: 50 } }),
        call(application, getGpuReadings, { query: { gpu: TWO, from: DAY } }),
        call(application, listGpuImports),
        call(application, listGpuSources),
        call(application, listGpuOwnerRules),
        call(application, gpuOwnersCsv, {}),
        call(application, gpuEfficiencyCsv, {}),
        call(application, gpuOutcomesCsv, {}),
      ]),
    );
  });

  it('find, keep, dismiss and carry out the same recommendations', async () => {
    const look = (application: Application) => call(application, findRecommendations, { body: {} });
    const { searched } = await both(look);
    expect(searched.find(({ kind }) => kind === 'gpu_share')).toMatchObject({ found: 1 });
    const step = (act: (application: Application, params: { recommendation: string }) => Promise<unknown>) =>
      both(async (application) => {
        const { recommendations } = await call(application, listRecommendations, { query: { state: 'all' } });
        const params = { recommendation: recommendations[0]?.recommendation ?? '' };
        const done = await act(application, params);
        return [
          done,
          await call(application, getRecommendation, { params }),
          await look(application),
          await call(application, listRecommendations),
        ];
      });
    await step((application) => Promise.all([look(application), look(application)]));
    await step((application, params) => call(application, dismissRecommendation, { params, body: { reason: 'no' } }));
    await step((application, params) => call(application, undoRecommendation, { params, body: {} }));
    const work = { to: { kind: 'team' as const, name: 'search' }, state: 'in_progress' as const, comment: 'soon' };
    await step((application, params) => call(application, recommendationHandling.assign, { params, body: work }));
    await step((application, params) => call(application, recommendationHandling.undo, { params, body: {} }));
    await both((application) => call(application, listRecommendations, { query: { owner: 'none' } }));
    const body = { isDryRun: false };
    await step((application, params) => call(application, applyRecommendation, { params, body }));
    await step((application, params) => call(application, applyRecommendation, { params, body }));
    const { recommendations } = await both((application) =>
      call(application, listRecommendations, { query: { state: 'done' } }),
    );
    expect(recommendations).toMatchObject([{ kind: 'gpu_share', state: 'applied' }]);
  });

  it('say the same of what a ledger will come to, and of what in it is out of the ordinary', async () => {
    const lines = LINES.slice(0, 4).map((line, index) => ({ ...line, team: TEAMS[index % TEAMS.length] ?? '' }));
    const budget = `apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: all}\nspec: {subject: {}, amount: '60000', currency: USD}\n`;
    await both(async (application, ledger) => {
      await applyText(application, budget);
      const made = (first: string, last: string) => ({
        lines,
        change: ({ sku }: { sku: string }, day: string) =>
          sku === 'p4d.24xlarge' && day >= first && day <= last ? { quantity: 3 } : {},
      });
      await ledger.deliver(listDays('2026-10-01', '2026-11-14'), made('2026-11-05', '2026-11-08'));
      // November is restated: the last day of it was none.
      await ledger.deliver(listDays('2026-11-01', '2026-11-14'), made('2026-11-05', '2026-11-07'));
    });
    const anomalies = () =>
      both(async (application) => [
        await call(application, listAnomalies, {}),
        await call(application, anomaliesCsv, {}),
        await call(application, getAnomaly, { params: await worst(application) }),
      ]);
    const worst = async (application: Application) => ({
      anomaly: (await call(application, listAnomalies, {})).anomalies[0]?.id ?? '',
    });
    await anomalies();
    // The number of forecasts made in the meantime depends on speed; the last forecast does not.
    const forecastOf = async (application: Application, query: { level: 'total' | 'team'; key?: string }) => {
      const { earlier: _earlier, ...rest } = await call(application, getForecast, { query });
      return rest;
    };
    const forecasts = () =>
      both(async (application) => [
        await call(application, listForecasts),
        await call(application, listForecastsCsv),
        await forecastOf(application, { level: 'total' }),
        await forecastOf(application, { level: 'team', key: 'ads' }),
        await call(application, getForecastCsv, { query: { level: 'service', key: 'Amazon S3' } }),
      ]);
    await forecasts();
    await both(async (application) => {
      const feedback = { params: await worst(application), body: { verdict: 'planned' as const, note: 'a launch' } };
      await call(application, giveAnomalyFeedback, feedback);
      const body = { subject: { team: 'Search' }, from: '2026-11-21', dailyAmount: '30', currency: 'USD', what: 'x' };
      await call(application, addForecastChange, { body });
      await drainAll(application);
    });
    await anomalies();
    await forecasts();
    await both(async (application) => {
      await call(application, undoAnomalyFeedback, { params: await worst(application) });
      const { changes } = await call(application, listForecasts);
      await call(application, removeForecastChange, { params: { change: changes[0]?.change ?? '' } });
      await drainAll(application);
    });
    await anomalies();
  });
});
