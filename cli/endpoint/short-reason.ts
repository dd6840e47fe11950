const LOG_ENDS = '; its log ends: ';
const MOST_CHARACTERS = 120;

/**
 * A reason as one line of a table: of a log, its last line that is not empty.
 * Example: `it ended with exit code 1; its log ends: n'\n  File "a.py"\nKeyError: 'x'` -> `it ended with exit code 1: KeyError: 'x'`.
 */
export function shortenReason(reason: string): string {
  const at = reason.indexOf(LOG_ENDS);
  const lines = (at < 0 ? reason : reason.slice(at + LOG_ENDS.length)).split(/[\r\n]+/).map((line) => line.trim());
  const last = lines.filter((line) => line !== '').at(at < 0 ? 0 : -1) ?? '';
  const line = at < 0 ? last : `${reason.slice(0, at)}: ${last}`;
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 1)}…` : line;
}
