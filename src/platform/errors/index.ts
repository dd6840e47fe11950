import { type ErrorCode, type ErrorMeaning, errorTable } from './table.ts';

export { type ErrorCode, type ErrorMeaning, errorTable } from './table.ts';

/** Facts about one failure: file, line, expected, id… Always JSON, shown to the user, so never a secret. */
export type ErrorContext = Readonly<Record<string, unknown>>;

/**
 * An expected failure with an explanation. `detail` is one sentence with the cause and the remedy. Any other thrown value
 * is a bug and becomes `internal` with an opaque message.
 * Example: `throw new AppError('budget_not_found', 'There is no budget "q4".', { budget: 'q4' })` answers 404, exit 4.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, detail: string, context: ErrorContext = {}, options: { cause?: unknown } = {}) {
    super(detail, options);
    this.name = 'AppError';
    this.code = code;
    this.context = context;
  }

  get meaning(): ErrorMeaning {
    return errorTable[this.code];
  }
}

/** Error code of Node or the operating system (`ENOENT`, `ENOSPC`); null without one. */
export function readSystemCode(error: unknown): string | null {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return null;
}
