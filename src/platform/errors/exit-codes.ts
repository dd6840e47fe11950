/** Meaning of an error code for each reader: the HTTP client (status), the shell (exitCode), the user (title). */
export interface ErrorMeaning {
  readonly status: number;
  readonly exitCode: number;
  readonly title: string;
}

/**
 * Exit codes of the command line, documented in docs/cli.md. 10 and 11 belong to `gate check` (hold, reject).
 * 1: refused input · 2: wrong use · 3: not reachable · 4: not found · 5: conflict · 6: not allowed · 7: no space · 8: damaged data · 12: a budget · 70: a bug.
 */
export const REFUSED = 1;
export const USAGE = 2;
export const UNREACHABLE = 3;
export const NOT_FOUND = 4;
export const CONFLICT = 5;
export const DENIED = 6;
export const NO_SPACE = 7;
export const DAMAGED = 8;
export const BUDGET = 12;
export const BUG = 70;
