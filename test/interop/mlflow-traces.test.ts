import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { tokenCostReport } from '../../src/finops/tokens/schema.ts';
import { type Application, createApplication } from '../../src/main.ts';
import { getTrace } from '../../src/mlops/tracing/schema.ts';
import { tracingSuite } from '../../src/mlops/tracing/suite.testing.ts';
import { mlflow, post } from '../../src/mlops/wire/testing.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { call } from '../../src/testing/application.ts';
import { isDeep } from '../../src/testing/deep.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';

const root = join(import.meta.dirname, '..', '..');
const script = join(import.meta.dirname, 'mlflow_traces.py');
const newest = processEnvironment().TEST_MLFLOW_PYTHON ?? join(root, '.cache', 'mlflow', 'bin', 'python');

/** The environment of another version is next to that of the newest one: `mlflow-3.6` next to `mlflow`. */
function pythonOf(version: string): string {
  return version === 'newest' ? newest : join(`${dirname(dirname(newest))}-${version}`, 'bin', 'python');
}

async function start(database = 'sqlite'): Promise<Application> {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
  const { config } = loadConfig({ environment: {}, flags: { data, database, logLevel: 'silent', port: 0 } });
  return createApplication(config);
}

const postgres = findPostgres();

describe.skipIf(postgres === null)('with PostgreSQL (skipped where initdb and postgres are not installed)', () => {
  let server: Databases;
  beforeAll(async () => {
    server = await runDatabases();
  });

  tracingSuite('PostgreSQL', { mlflow, post }, async () => start(await server.newDatabase()));
});

let application: Application;
let address: string;

/** Runs one step of the script in a separate process and returns the last JSON that it printed. */
async function step(version: string, name: string, request: object = {}): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(pythonOf(version), [script, name, JSON.stringify(request)], {
    env: {
      ...processEnvironment(),
      MLFLOW_TRACKING_URI: address,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      // A server error must fail the test immediately, instead of two minutes of retries.
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    maxBuffer: 16 * 1024 * 1024,
    timeout: 170_000,
  });
  return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

beforeAll(async () => {
  if (!existsSync(newest)) return;
  application = await start();
  address = await listenOn(application.http, application.config);
});
afterAll(() => application?.[Symbol.asyncDispose]());

/** Older clients run in the deep run only, which makes their environments. */
const CLIENTS = isDeep ? ['newest', '3.6'] : ['newest'];

describe.each(CLIENTS)('traces of the unmodified client of MLflow, %s', (version) => {
  if (!existsSync(pythonOf(version))) {
    it.skip(`needs a Python with mlflow (${version})`);
    return;
  }
  let traced: { traceId: string; experimentId: string };

  it('are logged, read, searched and tagged', async () => {
    const answer = await step(version, 'traced');
    traced = z.looseObject({ traceId: z.string(), experimentId: z.string() }).parse(answer);
    expect(answer).toMatchObject({
      spans: [
        ['ask', 'UNKNOWN', true],
        ['retrieve', 'UNKNOWN', false],
        ['call', 'LLM', false],
      ],
      retrieved: ['document'],
      response: 'about weights',
      usage: { input_tokens: 1000, output_tokens: 100, total_tokens: 1100 },
      tagged: 'yes',
      untagged: null,
      all: 3,
      pages: [2, 1, null],
      ok: ['ask', 'ask'],
      error: ['broken'],
      prod: ['ask', 'ask'],
      ofRun: 1,
      bySpan: ['ask', 'ask'],
      byText: ['ask'],
    });
  });

  it('are priced by their model and attributed to their team', async () => {
    const { traceId, experimentId } = traced;
    const trace = await call(application, getTrace, { params: { traceId } });
    expect(trace.cost).toEqual({ amount: '0.0035', currency: 'USD' });
    await vi.waitFor(async () => {
      const query = { team: 'assistants', experiment: experimentId };
      const { inputTokens, cost } = await call(application, tokenCostReport, { query });
      expect([inputTokens, cost?.amount]).toEqual(['2000', '0.007']);
    }, 15_000);
  });

  it('are judged', async () => {
    expect(await step(version, 'judged', traced)).toEqual({
      changed: [0.4, 'read again', { a: '1', b: '2' }, 'HUMAN'],
      overridden: false,
      matches: 1,
      restored: true,
      left: ['answer', 'good'],
      expected: { text: 'weights' },
    });
  });

  it('are deleted', async () => {
    expect(await step(version, 'deleted', traced)).toEqual({ one: 1, others: 2, left: 0 });
  });
});

describe.each(isDeep ? ['2.22'] : [])('traces of the unmodified client of MLflow, %s', (version) => {
  it.skipIf(!existsSync(pythonOf(version)))('are logged, searched, tagged and deleted', async () => {
    expect(await step(version, 'old')).toEqual({
      status: 'TraceStatus.OK',
      duration: 2_500,
      metadata: { kept: 'yes', more: 'too' },
      tags: ['seen'],
      found: [true],
      token: null,
      request: 'q',
      removed: 1,
    });
  });
});
