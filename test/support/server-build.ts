import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildServer } from '../../scripts/build-server.ts';

const DIST = join(import.meta.dirname, '..', '..', 'dist');

/**
 * Builds the server as it is published, once for a run: tests start it some hundred times, and it starts in 0.6 of the
 * processor time of its sources. The build is in `dist`, next to the web app. Returns a function that removes it.
 */
export async function buildTestServer(): Promise<() => void> {
  if (process.env.TEST_SERVER_PROGRAM !== undefined) return () => {}; // another project of this run has built it
  const folder = join(DIST, `test-${process.pid}`);
  await buildServer(folder);
  const program = join(folder, 'main.js');
  process.env.TEST_SERVER_PROGRAM = program; // inherited by test workers
  // A server that is killed leaves nothing in the compile cache, so that one command with a server fills it for all.
  await promisify(execFile)(process.execPath, [program, 'openapi'], { maxBuffer: 100_000_000 });
  return () => rmSync(folder, { recursive: true, force: true });
}

/** The program that `buildTestServer` built. */
export function serverProgram(): string {
  const program = process.env.TEST_SERVER_PROGRAM;
  if (program === undefined)
    throw new Error('TEST_SERVER_PROGRAM is not set: the global setup of this project builds no server');
  return program;
}
