import { cpSync, existsSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDemoClient } from '../../examples/recommender/demo/client.ts';
import { runDemo } from '../../examples/recommender/demo/run-demo.ts';
import { createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listen } from '../../src/platform/http/index.ts';
import { onceARun } from './once-a-run.ts';

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
}

/** A server on a data folder, on a free port. */
export async function serveFolder(data: string): Promise<RunningServer> {
  const { config } = loadConfig({ environment: {}, flags: { data, port: 0, logLevel: 'fatal' } });
  const application = await createApplication(config);
  const url = await listen(application.http, config);
  return { url, [Symbol.asyncDispose]: () => application[Symbol.asyncDispose]() };
}

/** A server on a copy of the demo's data, so that no test sees what another did. */
export async function demoApplication(): Promise<RunningServer> {
  const source = await demoFolder();
  const copy = mkdtempSync(join(tmpdir(), 'steelyard-demo-'));
  for (const part of ['store.db', 'store.db-wal', 'lake', 'journals', 'objects']) {
    if (existsSync(join(source, part))) cpSync(join(source, part), join(copy, part), { recursive: true });
  }
  return serveFolder(copy);
}

/** Where the demo has run: given by TEST_DEMO_DATA, else made once for all test files of this run. */
async function demoFolder(): Promise<string> {
  const given = process.env.TEST_DEMO_DATA;
  if (given !== undefined) return given;
  const shared = join(tmpdir(), 'steelyard-demo');
  await onceARun('demo', async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-demo-'));
    await using server = await serveFolder(data);
    const options = { seed: 1, asOf: new Date(), folder: join(data, 'bill'), report: () => undefined };
    await runDemo(createDemoClient(server.url), options);
    await server[Symbol.asyncDispose]();
    renameSync(data, shared);
  });
  return shared;
}
