import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const Open = z.strictObject({
  replica: z.string(),
  facts: z.strictObject({
    endpoint: z.string(),
    model: z.string(),
    version: z.string(),
    resource: z.string(),
    // Older files have none.
    quantity: z.string().default('1'),
    project: z.string().nullable(),
    environment: z.string().nullable(),
  }),
  part: z.number(),
  start: z.number(),
  predictions: z.number(),
  ended: z.number().nullable(),
});

const FILE = 'usage.json';

const Left = z.strictObject({ seenMs: z.number(), open: z.array(Open) });

/** Usage of replicas that is not recorded yet, as of an instant. */
export type LeftUsage = z.infer<typeof Left>;

/** Removes the file of a server that has ended. */
export async function removeUsageFile(folder: string): Promise<void> {
  await rm(join(folder, FILE), { force: true });
}

/** A file with the current usage of replicas, so that the next server can recover the usage of a killed one. */
export interface UsageFile {
  /** Usage that an earlier server left; null when there is none, or the file is incomplete. */
  read(): LeftUsage | null;
  write(left: LeftUsage): void;
}

/** A killed process loses nothing of it; a machine without power what its disk had not yet. */
export function createUsageFile(folder: string): UsageFile {
  const file = join(folder, FILE);
  return {
    read() {
      try {
        return Left.parse(JSON.parse(readFileSync(file, 'utf8')));
      } catch {
        return null;
      }
    },
    write(left) {
      writeFileSync(`${file}.part`, JSON.stringify(left), { mode: 0o600 });
      renameSync(`${file}.part`, file);
    },
  };
}
