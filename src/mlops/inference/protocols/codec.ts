import type { GivenInputs } from '../tensors/bind.ts';
import type { UntypedTensor } from '../tensors/given.ts';
import type { ServingProblem } from '../tensors/problem.ts';
import type { ModelSpec, Tensor } from '../tensors/tensor.ts';

/** A body, and the headers that are needed to read it. */
export interface Body {
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content: Buffer | string;
}

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A decoded request of a client. */
export interface ParsedRequest extends GivenInputs {
  /** `rows`: one element of the answer for each element of the request; `columns`: whole tensors. */
  readonly answerAs: 'rows' | 'columns';
  /** Id of the request, returned with the answer; null where the client gave none. */
  readonly id: string | null;
  /** Outputs that are wanted, and whether as raw bytes; null: all of them, as JSON. */
  readonly wanted: ReadonlyMap<string, { readonly binary: boolean }> | null;
  /** Whether outputs without a setting are returned as raw bytes. */
  readonly binary: boolean;
}

/** Model and version that answered, for protocols that report them. */
export interface Answerer {
  readonly model: string;
  readonly version: string;
}

/** Encodes and decodes one protocol; every function is pure. All throw `ServingProblem`. */
export interface Codec {
  decodeRequest(body: Buffer, headers: Headers): ParsedRequest;
  encodeRequest(inputs: readonly Tensor[], spec: ModelSpec): Body;
  decodeResponse(body: Buffer, headers: Headers): UntypedTensor[];
  encodeResponse(outputs: readonly Tensor[], asked: ParsedRequest, from: Answerer): Body;
  encodeProblem(problem: ServingProblem): Body;
}

export const JSON_TYPE = 'application/json';

export function buildJsonBody(content: string): Body {
  return { contentType: JSON_TYPE, content };
}

/** Media type without its parameters, in small letters. */
export function parseMediaType(headers: Headers): string {
  const [type = ''] = String(headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase();
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
