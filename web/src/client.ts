import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import {
  buildUrl,
  type CallInput,
  type Endpoint,
  Problem,
  type ResponseOf,
} from '../../src/platform/contract/schema.ts';

/** A call that failed: the server's problem document (RFC 9457), or the reason why there is none. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.problem = problem;
  }
}

function failure(code: string, status: number, title: string, detail: string, requestId: string): Problem {
  return { type: `/api/docs#error-${code}`, code, status, title, detail, requestId };
}

/** Calls an endpoint of the contract; the answer is parsed by its schema. Throws {@link CallError}. */
export async function call<E extends Endpoint>(
  target: E,
  input: CallInput<E>,
  signal?: AbortSignal,
): Promise<ResponseOf<E>> {
  const response = await send(target, input, signal);
  const requestId = response.headers.get('x-request-id') ?? '';
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new CallError(parseProblem(body, response.status, requestId));
  const parsed = target.response.safeParse(body);
  if (parsed.success) return parsed.data as ResponseOf<E>;
  const detail = 'This page cannot read the answer of the server. Reload the page; it may be older than the server.';
  throw new CallError(
    failure('server_answer_invalid', 502, 'The answer does not match the contract', detail, requestId),
    { cause: parsed.error },
  );
}

async function send<E extends Endpoint>(target: E, input: CallInput<E>, signal?: AbortSignal): Promise<Response> {
  const request: RequestInit = { method: target.method, headers: { accept: 'application/json' } };
  if (signal !== undefined) request.signal = signal;
  if (input.body !== undefined) {
    request.body = JSON.stringify(input.body);
    request.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  try {
    return await fetch(buildUrl(target, input), request);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const detail = 'The Steelyard server does not answer. Start it with steelyard serve, then try again.';
    throw new CallError(failure('server_unreachable', 503, 'No answer', detail, ''), { cause: error });
  }
}

function parseProblem(body: unknown, status: number, requestId: string): Problem {
  const parsed = Problem.safeParse(body);
  if (parsed.success) return parsed.data;
  return failure('internal', status, 'The server failed', `The server answered ${status} without a reason.`, requestId);
}

/** A query of an endpoint, keyed by its path and the input: the same query in several components is sent once. */
export function endpointQuery<E extends Endpoint>(target: E, input: CallInput<E> = {}) {
  return queryOptions({
    queryKey: [target.path, input] as const,
    queryFn: ({ signal }) => call(target, input, signal),
  });
}

/** The same for a paged endpoint: each page's token requests the next page. */
export function endpointPages<E extends Endpoint>(
  target: E,
  query: NonNullable<CallInput<E>['query']>,
  params?: CallInput<E>['params'],
) {
  const placed = params === undefined ? {} : { params };
  return infiniteQueryOptions({
    queryKey: [target.path, 'pages', query, placed] as const,
    queryFn: ({ pageParam, signal }) =>
      call(target, { ...placed, query: { ...query, ...(pageParam === null ? {} : { pageToken: pageParam }) } }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page as { readonly nextPageToken: string | null }).nextPageToken,
  });
}
