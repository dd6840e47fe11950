import type { TestProject } from 'vitest/node';
import { findPostgres, startPostgres } from './postgres.ts';

/** Global setup of the projects against real servers: one PostgreSQL for all files, each with databases of its own. */
export async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const bin = findPostgres();
  if (bin === null) {
    provide('postgres', null);
    return undefined;
  }
  const server = await startPostgres(bin);
  provide('postgres', server.address);
  return async () => server[Symbol.asyncDispose]();
}
