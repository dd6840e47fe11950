import type { TestProject } from 'vitest/node';
import { findPostgres, startPostgres } from './postgres.ts';
import { buildTestServer } from './server-build.ts';

/**
 * Global setup of the projects against real servers: a build of our server, and one PostgreSQL for all files, each with
 * separate databases.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  await using started = new AsyncDisposableStack();
  started.defer(await buildTestServer());
  const bin = findPostgres();
  const server = bin === null ? null : started.use(await startPostgres(bin));
  provide('postgres', server?.address ?? null);
  const all = started.move();
  return () => all.disposeAsync();
}
