import { posix } from 'node:path';
import { buildInvalidParameter } from './errors.ts';

export const MAX_KEY_LENGTH = 250;

/** Lengths count characters as Python does: code points, not UTF-16 units. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

export function checkLength(what: string, text: string, limit: number): void {
  // A text has at most as many characters as UTF-16 units, so the usual case needs no counting.
  if (text.length <= limit || countCharacters(text) <= limit) return;
  throw buildInvalidParameter(`'${what}' exceeds the maximum length of ${limit} characters`);
}

/** MLflow cuts a value that is too long instead of refusing the whole request. */
export function truncate(text: string, limit: number): string {
  return text.length <= limit ? text : [...text].slice(0, limit).join('');
}

/** Names of metrics, params and tags: letters of any script, digits, `_ - . / :` and spaces, and no way out of a folder. */
export function checkName(name: string, path: string): void {
  const shown = JSON.stringify(name);
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(name)) {
    throw buildInvalidParameter(
      `Invalid value ${shown} for parameter '${path}' supplied: Names may only contain alphanumerics, underscores (_), ` +
        'dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).',
    );
  }
  const resolved = normalizePath(name);
  if (resolved === name && !isOutside(name)) return;
  throw buildInvalidParameter(
    `Invalid value ${shown} for parameter '${path}' supplied: Names may be treated as files in certain cases, and must ` +
      `not resolve to other names when treated as such. This name would resolve to '${resolved}'`,
  );
}

/** True when a name is a normalized path that stays in its folder. */
export function isPlainPath(name: string): boolean {
  return normalizePath(name) === name && !isOutside(name);
}

function isOutside(name: string): boolean {
  return name === '.' || name.startsWith('..') || name.startsWith('/');
}

/** Python's `posixpath.normpath`: unlike Node's it drops a final slash. */
function normalizePath(name: string): string {
  const normal = posix.normalize(name);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

export function checkRunId(runId: string): void {
  if (/^[a-zA-Z0-9][\p{L}\p{N}_-]{0,255}$/u.test(runId)) return;
  throw buildInvalidParameter(`Invalid value ${JSON.stringify(runId)} for parameter 'run_id' supplied.`);
}

/** `max_results` of a search: at least 1 and at most `limit`. */
export function checkMaxResults(value: number, limit: number): number {
  if (value < 1) {
    throw buildInvalidParameter(
      `Invalid value ${value} for parameter 'max_results' supplied. It must be a positive integer.`,
    );
  }
  if (value <= limit) return value;
  throw buildInvalidParameter(
    `Invalid value ${value} for parameter 'max_results' supplied: It must be at most ${limit}, but got value ${value}.`,
  );
}
