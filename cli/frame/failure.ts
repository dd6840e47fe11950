import type { Problem } from '../../src/platform/contract/schema.ts';
import { type ErrorCode, errorTable } from '../../src/platform/errors/table.ts';

/** An expected failure on the client side: a sentence with the next step, and a code from the error table. */
export class CommandError extends Error {
  readonly code: ErrorCode;
  readonly context: Readonly<Record<string, unknown>>;
  /** Next step, where the default of its code does not fit. */
  readonly hint?: string;

  constructor(
    code: ErrorCode,
    detail: string,
    context: Readonly<Record<string, unknown>> = {},
    { hint, ...options }: ErrorOptions & { readonly hint?: string } = {},
  ) {
    super(detail, options);
    this.name = 'CommandError';
    this.code = code;
    this.context = context;
    if (hint !== undefined) this.hint = hint;
  }
}

/** True for errors that this program throws on purpose, with a code from its table. */
export function isExpected(error: unknown): error is CommandError {
  return error instanceof Error && 'context' in error && 'code' in error && isErrorCode(error.code);
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTable, code);
}

/** Node's and the OS's own code of an error (`ENOENT`), or null when it has none. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** A problem document that a server answered with. */
export class RemoteFailure extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'RemoteFailure';
    this.problem = problem;
  }
}

/** A failure in its two forms, for people and for programs. */
export interface Failure {
  readonly document: Readonly<Record<string, unknown>>;
  readonly code: string;
  readonly detail: string;
  readonly hint: string | null;
  readonly exitCode: number;
  /** Stack of a bug in the command line itself; null for everything expected. */
  readonly trace: string | null;
}

const REFUSED_EXIT = 1;

/** Next step in a shell, for errors whose message is the same for all clients. */
const hints: Readonly<Record<string, string>> = {
  server_unreachable: 'Start one with "steelyard serve", or leave --url and STEELYARD_URL out.',
  not_authenticated: 'steelyard login --url URL --name NAME keeps a token for it; STEELYARD_TOKEN gives one.',
  data_folder_in_use: 'If it is a server on this machine, --url with its address reaches it.',
  experiment_not_found: 'steelyard experiment list shows the experiments; --deleted the deleted ones.',
  run_not_found: 'steelyard run list shows the runs; --view deleted the deleted ones.',
  search_filter_invalid: 'A filter is such as "metrics.ndcg > 0.3 and params.rank = \'16\' and cost.total < 5".',
  lineage_node_not_found: 'steelyard run list, model list and decision list show ids.',
  policy_not_found: 'steelyard policy list shows the policies; steelyard apply -f FILE makes one.',
  model_not_found: 'steelyard model list shows the models.',
  model_version_not_found: 'steelyard model show MODEL shows its versions.',
  decision_not_found: 'steelyard decision list shows the decisions.',
  dimension_unknown: 'steelyard cost dimensions shows what there is.',
};

/** Any thrown value as a failure; an unexpected one is `internal`, exit 70. */
export function toFailure(error: unknown): Failure {
  if (error instanceof RemoteFailure) return remoteFailure(error.problem);
  if (isExpected(error)) return localFailure(error, null);
  if (systemCode(error) === 'ECONNRESET') {
    const detail = 'The server closed the connection before its answer ended. Is it still running?';
    return localFailure(new CommandError('server_unreachable', detail), null);
  }
  const message = error instanceof Error ? error.message : String(error);
  const bug = new CommandError('internal', `Something went wrong in the steelyard command: ${message}`);
  return localFailure(bug, error instanceof Error ? (error.stack ?? null) : null);
}

function remoteFailure(problem: Problem): Failure {
  const { code, detail } = problem;
  const hint = code === 'internal' ? `Request id: ${problem.requestId}` : (hints[code] ?? null);
  const exitCode = isErrorCode(code) ? errorTable[code].exitCode : REFUSED_EXIT;
  return { document: problem, code, detail, hint, exitCode, trace: null };
}

function localFailure(error: CommandError, trace: string | null): Failure {
  const { code, message: detail, context } = error;
  const { title, status, exitCode } = errorTable[code];
  const document = { ...context, type: `/api/docs#error-${code}`, title, status, code, detail };
  return { document, code, detail, hint: error.hint ?? hints[code] ?? null, exitCode, trace };
}
