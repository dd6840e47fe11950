/** Kinds of errors of one prediction; each protocol encodes them in its format. */
export type ProblemKind =
  | 'bad_request'
  | 'not_found'
  | 'too_large'
  | 'unsupported_type'
  | 'busy'
  | 'unavailable'
  | 'bad_answer'
  | 'model_failed'
  | 'timeout';

const statuses: Readonly<Record<ProblemKind, number>> = {
  bad_request: 400,
  not_found: 404,
  too_large: 413,
  unsupported_type: 415,
  busy: 429,
  unavailable: 503,
  bad_answer: 502,
  model_failed: 500,
  timeout: 504,
};

/** A prediction that is not to be had, in one sentence for its caller. */
export class ServingProblem extends Error {
  readonly kind: ProblemKind;
  /** Seconds before a retry makes sense; null where a retry would not help. */
  readonly retryAfterSeconds: number | null;

  constructor(kind: ProblemKind, message: string, retryAfterSeconds: number | null = null) {
    super(message);
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status(): number {
    return statuses[this.kind];
  }
}

/** The client closed its connection before the answer was complete, or stopped reading it: neither side of it failed. */
export class ClientGone extends Error {
  constructor(message = 'The client closed its connection.') {
    super(message);
  }
}

export function buildBadRequest(message: string): ServingProblem {
  return new ServingProblem('bad_request', message);
}

export function buildBadAnswer(message: string): ServingProblem {
  return new ServingProblem('bad_answer', `The response of the model is not valid: ${message}`);
}
