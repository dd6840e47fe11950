import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All that tests leave in the folder of temporary files goes with them. Its name is short: sockets lie below it. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'st-'));
  // PostgreSQL runs as a user of its own.
  chmodSync(folder, 0o755);
  // What tests are given and hand on to the servers that they start.
  process.env.TMPDIR = folder;
  // Our programs that tests start take half the time to load when another has left its compiled modules. Projects share it.
  process.env.NODE_COMPILE_CACHE ??= join(folder, 'compiled');
  return () => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      process.stderr.write(`${folder} could not be removed: ${(error as Error).message}\n`);
    }
  };
}
