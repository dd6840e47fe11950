import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { findMlflowPython, startMlflowServer } from '../support/mlflow-server.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';
import { corpus } from './corpus/index.ts';
import { differences, unsaid } from './differences.ts';
import { type Replay, replay } from './send.ts';

const documented = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'mlflow-differences.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('- ``'));

const python = findMlflowPython();
const postgres = findPostgres();
const engines = [
  { engine: 'SQLite', there: python !== null },
  { engine: 'PostgreSQL', there: python !== null && postgres !== null },
];

async function replayTheirs(): Promise<Replay> {
  await using server = await startMlflowServer(python ?? '');
  return await replay(server.url, corpus);
}

/**
 * Replays the corpus on Steelyard with a strictly increasing clock, so that an order by time is unique, as on a slower
 * server.
 */
async function replayOurs(engine: string): Promise<Replay> {
  await using stack = new AsyncDisposableStack();
  const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
  const database = engine === 'SQLite' ? 'sqlite' : await (await runDatabases()).newDatabase();
  const { config } = loadConfig({ environment: {}, flags: { data, database, logLevel: 'silent', port: 0 } });
  let now = Date.now();
  const clock = {
    now: () => {
      now += 1;
      return now;
    },
  };
  const application = stack.use(await createApplication(config, { clock }));
  return await replay(await listenOn(application.http, config), corpus);
}

it('has at least 300 exchanges, each with a name of its own', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(300);
  expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
});

describe('the same requests to MLflow’s own server and to ours', () => {
  if (python === null) {
    it.skip("needs Python's mlflow");
    return;
  }
  let theirs: Replay;
  beforeAll(async () => {
    theirs = await replayTheirs();
  });

  describe.each(engines)('with $engine', ({ engine, there }) => {
    if (!there) {
      it.skip(`needs ${engine}`);
      return;
    }
    let ours: Replay;
    beforeAll(async () => {
      ours = await replayOurs(engine);
    });

    it('get the same status, error code and body but for what docs/mlflow-differences.md lists', () => {
      const found = differences(corpus, theirs, ours);
      const undocumented = [...found].filter(([line]) => !documented.includes(line)).flat();
      expect(undocumented).toEqual([]);
      expect(documented.filter((line) => !found.has(line))).toEqual([]);
    });

    it('are never answered as a mistake of the server', () => {
      const failed = [...ours.answers].filter(([, { status }]) => status >= 500).map(([name]) => name);
      expect(failed).toEqual([]);
    });

    it('are refused with the texts that MLflow’s suites look for', () => {
      expect(unsaid(corpus, ours)).toEqual([]);
    });
  });
});
