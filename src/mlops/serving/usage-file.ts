import { readFileSync, renameSync, writeFileSync } from 'node:fs';
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

const Left = z.strictObject({ seenMs: z.number(), open: z.array(Open) });

/** What replicas have used and nobody has recorded, as of an instant. */
export type LeftUsage = z.infer<typeof Left>;

/** A file that says every moment what has been used, for whoever starts after a server that was killed. */
export interface UsageFile {
  /** What a server before this one left; null when it left nothing, or nothing whole. */
  read(): LeftUsage | null;
  write(left: LeftUsage): void;
}

/** A killed process loses nothing of it; a machine without power what its disk had not yet. */
export function usageFile(folder: string): UsageFile {
  const file = join(folder, 'usage.json');
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
