import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { writeStoreTemplate } from './store-template.ts';

const IN_MEMORY = '/dev/shm';
const MEMORY_NEEDED_BYTES = 6 * 1024 ** 3;

/** One temporary folder for the whole run, removed at its end, with a migrated store that applications copy. */
export async function setup({ vitest }: TestProject): Promise<(() => void) | undefined> {
  if (process.env.TEST_STORE_TEMPLATE !== undefined) return undefined; // another project of this run has been here
  const onlyUnits = vitest.projects.every(({ name }) => name.startsWith('unit'));
  const folder = mkdtempSync(join(onlyUnits ? memoryFolder() : tmpdir(), 'st-')); // short, because Unix sockets are below it
  chmodSync(folder, 0o755); // PostgreSQL runs as another user
  process.env.TMPDIR = folder; // inherited by test workers and by the servers that they start
  process.env.NODE_COMPILE_CACHE ??= join(folder, 'compiled');
  mkdirSync(join(folder, 'template'));
  process.env.TEST_STORE_TEMPLATE = await writeStoreTemplate(join(folder, 'template'));
  return () => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      process.stderr.write(`${folder} could not be removed: ${(error as Error).message}\n`);
    }
  };
}

/** A folder in memory, where enough of it is free: half of a unit test's time on a disk is waiting for `fsync`. */
function memoryFolder(): string {
  if (process.env.TMPDIR !== undefined || !existsSync(IN_MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(IN_MEMORY);
  return bavail * bsize >= MEMORY_NEEDED_BYTES ? IN_MEMORY : tmpdir();
}
