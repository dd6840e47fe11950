import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Application, createApplication } from '../src/main.ts';
import { loadConfig } from '../src/platform/config/index.ts';
import { buildUrl } from '../src/platform/contract/schema.ts';
import { createRandom } from '../src/platform/numbers/index.ts';
import { listReturns } from '../src/tradeoff/returns/schema.ts';
import { insertEvents, type StoredEvent } from '../src/tradeoff/value/store.ts';
import { spreadOf } from './statistics.ts';

/**
 * Time of the returns of each dimension, over HTTP in the process: `node bench/returns.ts` on synthetic outcome events, or on a copy of a
 * data folder with `--data FOLDER` (with `--fill` the synthetic events are written there and kept). The first call opens the store and the lake; the others are the median, lowest and highest of five.
 */

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    fill: { type: 'boolean', default: false },
    events: { type: 'string', default: '1000000' },
    models: { type: 'string', default: '50' },
    versions: { type: 'string', default: '20' },
    days: { type: 'string', default: '400' },
  },
});
const [EVENTS, MODELS, VERSIONS, DAYS] = [options.events, options.models, options.versions, options.days].map(Number);
const DIMENSIONS = ['model', 'team', 'feature', 'customer', 'endpoint', 'version', 'experiment'] as const;
const REPETITIONS = 5;
const BATCH = 10_000;
const DAY_MS = 86_400_000;
const NOW = Date.now();
const headers = { host: 'localhost', 'content-type': 'application/json' };

async function post(application: Application, url: string, payload: object): Promise<unknown> {
  const answer = await application.http.inject({ method: 'POST', url, headers, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json();
}

async function registerModels(application: Application, models: number, versions: number): Promise<void> {
  for (let model = 0; model < models; model += 1) {
    const name = `model-${model}`;
    const tags = [{ key: 'steelyard.team', value: `team-${model % 5}` }];
    await post(application, '/api/2.0/mlflow/registered-models/create', { name, tags });
    for (let version = 0; version < versions; version += 1) {
      const created = await post(application, '/api/2.0/mlflow/runs/create', { experiment_id: '0' });
      const { run } = created as { run: { info: { run_id: string } } };
      const source = `mlflow-artifacts:/0/${run.info.run_id}/artifacts/model`;
      await post(application, '/api/2.0/mlflow/model-versions/create', { name, source, run_id: run.info.run_id });
    }
  }
}

async function storeEvents(
  application: Application,
  sizes: { events: number; models: number; versions: number; days: number },
) {
  const random = createRandom(19);
  const pick = (count: number) => Math.floor(random() * count);
  for (let first = 0; first < sizes.events; first += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, sizes.events - first) }, (_, at): StoredEvent => {
      const version = String(1 + pick(sizes.versions));
      const atMs = NOW - pick(sizes.days * DAY_MS);
      return {
        ...{ model: `model-${pick(sizes.models)}`, id: `e${first + at}`, prediction: null, currency: 'USD' },
        ...{ stated_version: version, version, attribution: 'stated', at_ms: atMs, effective_ms: atMs },
        ...{ recorded_ms: NOW, micros: 1 + pick(20_000_000), endpoint: `endpoint-${pick(10)}` },
        ...{ customer: `customer-${pick(200)}`, feature: `feature-${pick(8)}` },
      };
    });
    await application.store.transaction((sql) => insertEvents(sql, rows));
  }
}

async function ask(application: Application, by: (typeof DIMENSIONS)[number]): Promise<{ ms: number; rows: number }> {
  const startedAt = performance.now();
  const answer = await application.http.inject({
    method: 'GET',
    url: buildUrl(listReturns, { query: { by } }),
    headers,
  });
  const ms = performance.now() - startedAt;
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return { ms, rows: (answer.json() as { totalRows: number }).totalRows };
}

async function measure(application: Application): Promise<void> {
  for (const by of DIMENSIONS) {
    const first = await ask(application, by);
    const times: number[] = [];
    for (let at = 0; at < REPETITIONS; at += 1) times.push((await ask(application, by)).ms);
    const { median, lowest, highest } = spreadOf(times);
    const [one, middle, low, high] = [first.ms, median, lowest, highest].map((ms) => `${Math.round(ms)} ms`);
    console.log(
      `${by.padEnd(10)} ${String(first.rows).padStart(5)} rows  first ${one}  median ${middle} (${low} to ${high})`,
    );
  }
}

const isOwn = options.data === undefined;
const data = options.data === undefined ? mkdtempSync(join(tmpdir(), 'steelyard-returns-')) : resolve(options.data);
const { config } = loadConfig({ environment: {}, flags: { data, logLevel: 'silent', port: 0 } });
try {
  await using application = await createApplication(config);
  if (isOwn || options.fill) {
    await registerModels(application, MODELS ?? 0, VERSIONS ?? 0);
    await storeEvents(application, {
      events: EVENTS ?? 0,
      models: MODELS ?? 0,
      versions: VERSIONS ?? 0,
      days: DAYS ?? 0,
    });
    console.log(`${EVENTS} outcome events, ${MODELS} models x ${VERSIONS} versions, ${DAYS} days`);
  }
  await measure(application);
} finally {
  if (isOwn) rmSync(data, { recursive: true, force: true });
}
