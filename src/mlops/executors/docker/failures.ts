import { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';

/** Error answer of the engine. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /** Text of the engine. */
  readonly message: string;
}

const EngineError = z.object({
  statusCode: z.number().int(),
  message: z.string(),
  json: z.object({ message: z.string() }).nullish().catch(null),
});

/** The engine's error answer. Null: the failure is not an answer of the engine. */
export function parseRefusal(error: unknown): Refusal | null {
  const parsed = EngineError.safeParse(error);
  if (!parsed.success) return null;
  const { statusCode, message, json } = parsed.data;
  return { status: statusCode, message: (json?.message ?? message).trim() };
}

export function isStatus(error: unknown, ...statuses: readonly number[]): boolean {
  const refusal = parseRefusal(error);
  return refusal !== null && statuses.includes(refusal.status);
}

/** Maps a failed call to an error: missing rights and no answer have their codes; other answers pass unchanged. */
export function toAppError(error: unknown, address: string): unknown {
  if (error instanceof AppError) return error;
  const refusal = parseRefusal(error);
  if (refusal === null) return buildUnreachable(error, address);
  if (refusal.status !== 401 && refusal.status !== 403) return error;
  const detail = `The Docker Engine at ${address} denies the server this operation: ${refusal.message}`;
  return new AppError('executor_denied', detail, { address }, { cause: error });
}

function buildUnreachable(error: unknown, address: string): AppError {
  const why = error instanceof Error ? error.message : String(error);
  const detail = `The Docker Engine at ${address} does not answer: ${why}.`;
  return new AppError('executor_unreachable', detail, { address }, { cause: error });
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'executor_unreachable';
}

/** Messages of runc: the program is missing in the image, is no file, or is not executable. */
const NO_COMMAND =
  /executable file not found|no such file or directory|permission denied|exec format error|is a directory/i;
/** The engine has no GPU driver, or fewer devices than requested. */
const NO_GPU = /could not select device driver|nvidia-container-cli|unresolvable CDI devices/i;

export type StartFailure =
  /** Failure of the work: it ended before its command started, with this exit code of the shell. */
  | { readonly kind: 'not-started'; readonly exitCode: number | null; readonly detail: string }
  /** Never here. */
  | { readonly kind: 'cannot'; readonly detail: string }
  /** The GPUs are not there. */
  | { readonly kind: 'no-gpu'; readonly detail: string };

/** Cause of a failed container start. */
export function classifyStartFailure({ message }: Refusal, program: string): StartFailure {
  if (NO_GPU.test(message))
    return { kind: 'no-gpu', detail: `The engine does not have the requested GPUs: ${message}` };
  if (/unable to start container process|OCI runtime/i.test(message) && NO_COMMAND.test(message)) {
    const exitCode = /executable file not found|no such file/i.test(message) ? 127 : 126;
    return { kind: 'not-started', exitCode, detail: `The image cannot run the command "${program}": ${message}` };
  }
  if (/network .* not found/i.test(message)) {
    return { kind: 'cannot', detail: `${message}. Set dockerNetwork to an existing network.` };
  }
  return { kind: 'not-started', exitCode: null, detail: `The engine could not start the container: ${message}` };
}
