import { cpSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Parts of a data folder that a separate server needs; the demo's bill files are not among them. */
const PARTS = ['store.db', 'store.db-wal', 'lake', 'journals', 'objects'];

/** Copies the demo's data folder and returns the copy's path. */
export function copyDemo(source: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'steelyard-demo-'));
  for (const part of PARTS) {
    if (existsSync(join(source, part))) cpSync(join(source, part), join(copy, part), { recursive: true });
  }
  return copy;
}
