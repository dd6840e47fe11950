import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readSystemCode } from '../../platform/errors/index.ts';

const ID = /^[0-9a-f]{12}$/;

/** Id of the server of a data folder on shared engines, constant over restarts: 12 hexadecimal digits, stored in the file. */
export function readServerId(file: string): string {
  const kept = read(file);
  if (kept !== null) return kept;
  const made = randomBytes(6).toString('hex');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${made}\n`, { mode: 0o600 });
  return made;
}

function read(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return ID.test(text) ? text : null;
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
