import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PageOptions, runPage } from './run-page.ts';
import { serverProgram } from './server-build.ts';
import { startServerProcess } from './server-process.ts';

export interface TutorialOptions extends Pick<PageOptions, 'replaced' | 'waits' | 'varying'> {
  /** Folders of programs, in addition to that of `steelyard` and those of this process. */
  readonly path: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Address of the server on every page. */
const SHOWN_URL = 'http://127.0.0.1:4610';

/**
 * Runs a tutorial of `docs` in an empty folder against a server with the data folder `.steelyard`. Returns the page,
 * the page with the actual outputs, and the actual lines that the page does not show. With WRITE_TUTORIALS=1 it writes these into the page.
 */
export async function runTutorial(name: string, options: TutorialOptions) {
  const file = join(import.meta.dirname, '../../docs', name);
  const folder = mkdtempSync(join(tmpdir(), 'tutorial-'));
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  const program = `#!/bin/sh\nexec "${process.execPath}" "${serverProgram()}" "$@"\n`;
  writeFileSync(join(bin, 'steelyard'), program, { mode: 0o755 });
  const path = [bin, ...options.path, process.env.PATH].join(':');
  const environment = { ...options.environment, PATH: path, HOME: folder };
  const data = join(folder, '.steelyard');
  mkdirSync(data);
  const server = await startServerProcess(data, environment);
  // A server that is killed leaves its replicas behind.
  await using _stopped = { [Symbol.asyncDispose]: server.stop };
  const shown = readFileSync(file, 'utf8');
  const actual = await runPage(shown, {
    ...options,
    folder,
    environment: { ...environment, MLFLOW_TRACKING_URI: server.url },
    shownAs: { [server.url]: SHOWN_URL },
  });
  if (process.env.WRITE_TUTORIALS === '1') writeFileSync(file, actual);
  const lines = shown.split('\n');
  const different = actual.split('\n').filter((line) => !lines.includes(line));
  return { shown, actual, different };
}
