import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Body, Headers } from './protocols/codec.ts';
import type { UntypedTensor } from './tensors/given.ts';

/** A request for a prediction, as it came. */
export interface Request {
  readonly headers: Headers;
  readonly body: Buffer;
}

/** An answer for a client: whole, or a stream from a server that speaks the client's protocol. */
export type Predicted =
  | { readonly status: number; readonly body: Body; readonly tensors: ConvertedTensors }
  /** `whole`: replaces `passed`, where its content has been read already. */
  | { readonly status: number; readonly passed: IncomingMessage; readonly whole?: Buffer | Readable };

/** Tensors of the request and of the answer, as the gateway decoded them. */
export interface ConvertedTensors {
  readonly asked: readonly UntypedTensor[];
  readonly answered: readonly UntypedTensor[];
}
