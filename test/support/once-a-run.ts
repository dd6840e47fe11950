import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Makes something once for all test files of a run, which share a folder of temporary files: who comes while it is made waits,
 * and who comes after a failure tries again. Throws what `make` throws.
 */
export async function onceARun(name: string, make: () => Promise<void>): Promise<void> {
  const done = join(tmpdir(), `${name}.done`);
  const lock = join(tmpdir(), `${name}.lock`);
  while (!existsSync(done)) {
    if (!taken(lock)) {
      await pause(100);
      continue;
    }
    try {
      // Made while we looked at the lock that its maker gave back.
      if (existsSync(done)) return;
      await make();
      writeFileSync(done, '');
    } finally {
      rmSync(lock, { recursive: true });
    }
  }
}

/** Whether the lock is ours now. */
function taken(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
