import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findRecordLines } from './record-lines.ts';

it.each(['gzip', 'none'] as const)(
  'a file that is gone (%s) is an error of the caller, not of the process',
  async (compression) => {
    const missing = join(tmpdir(), `never-${randomUUID()}`);
    await expect(findRecordLines(missing, compression, new Set([1]), new Set())).rejects.toMatchObject({
      code: 'ENOENT',
    });
  },
);
