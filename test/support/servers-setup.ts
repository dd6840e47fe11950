import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { findPostgres, startPostgres } from './postgres.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);

/** Global setup of the projects against real servers: one PostgreSQL for all files, each with databases of its own. */
export async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  // A server that is killed leaves nothing in the compile cache, so that one program fills it for all.
  await promisify(execFile)(process.execPath, ['-e', `import('${MAIN}').then(() => process.exit(0))`]);
  const bin = findPostgres();
  if (bin === null) {
    provide('postgres', null);
    return undefined;
  }
  const server = await startPostgres(bin);
  provide('postgres', server.address);
  return async () => server[Symbol.asyncDispose]();
}
