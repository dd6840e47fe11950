import { readSystemCode } from '../errors/index.ts';

/** True when a write hit a unique or primary key, in either engine (SQLite: 2067, 1555; PostgreSQL: 23505). */
export function isConflict(error: unknown): boolean {
  if (readSystemCode(error) === '23505') return true;
  return error instanceof Error && /UNIQUE constraint failed/.test(error.message);
}
