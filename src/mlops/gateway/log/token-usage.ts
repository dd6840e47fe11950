import { isRecord } from '../../inference/index.ts';

/** Tokens of an answer as its `usage` states them; null where it does not. */
export interface AnsweredTokens {
  /** All input tokens, cached ones included. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Input tokens that were read from a cache, and written to one. */
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  /** Model that the answer names. */
  readonly model: string | null;
}

export const NO_TOKENS: AnsweredTokens = {
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  model: null,
};

type Fields = Readonly<Record<string, unknown>>;

/** The tokens of an answer in the words of OpenAI (chat, completions, embeddings, responses) or Anthropic. */
export function readTokens(answer: unknown): AnsweredTokens {
  const merged = mergeAnswers([answer]);
  return merged === null ? NO_TOKENS : readUsageTokens(merged.usage, merged.model);
}

/** An event of a stream is longer than this only with content that has no usage in it. */
const MOST_EVENT_BYTES = 256 * 1024;
const [LF, CR] = [10, 13];

/**
 * Reads the tokens of a stream of server-sent events while it passes: the last `usage` of each kind counts, wherever chunks are split.
 * Holds one event at most, of 256 KiB; a longer one is passed over.
 */
export class StreamTokens {
  #line: Buffer[] = [];
  #lineBytes = 0;
  #data: string[] = [];
  #dataBytes = 0;
  #isAfterCr = false;
  #merged: MergedUsage | null = null;

  write(part: Uint8Array): void {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    let from = this.#isAfterCr && bytes[0] === LF ? 1 : 0;
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte !== LF && byte !== CR) continue;
      this.#hold(bytes.subarray(from, at));
      this.#endLine();
      if (byte === CR && bytes[at + 1] === LF) at += 1;
      from = at + 1;
    }
    if (from < bytes.length) this.#hold(bytes.subarray(from));
    if (bytes.length > 0) this.#isAfterCr = bytes.at(-1) === CR;
  }

  /** The tokens that have been stated so far. */
  read(): AnsweredTokens {
    this.#endLine();
    this.#endEvent();
    return this.#merged === null ? NO_TOKENS : readUsageTokens(this.#merged.usage, this.#merged.model);
  }

  #hold(bytes: Buffer): void {
    this.#lineBytes += bytes.length;
    if (this.#lineBytes > MOST_EVENT_BYTES) this.#line = [];
    // A copy: the buffer of the socket is used again.
    else if (bytes.length > 0) this.#line.push(Buffer.from(bytes));
  }

  #endLine(): void {
    const line = Buffer.concat(this.#line).toString('utf8');
    const isEmpty = this.#lineBytes === 0;
    if (this.#lineBytes > MOST_EVENT_BYTES) this.#dataBytes = Number.POSITIVE_INFINITY;
    this.#line = [];
    this.#lineBytes = 0;
    if (isEmpty) this.#endEvent();
    if (!line.startsWith('data:')) return;
    this.#dataBytes += line.length;
    if (this.#dataBytes > MOST_EVENT_BYTES) this.#data = [];
    else this.#data.push(line.slice('data:'.length));
  }

  #endEvent(): void {
    const data = this.#data.join('\n');
    this.#data = [];
    this.#dataBytes = 0;
    const isOfUse = data.includes('"usage"') || (this.#merged === null && data.includes('"model"'));
    if (isOfUse) this.#merged = mergeAnswers([this.#merged, parse(data)]);
  }
}

interface MergedUsage {
  readonly usage: Fields;
  readonly model: string | null;
}

/** Merges the usage of several parts of an answer; the last value of a field wins. Anthropic and OpenAI's responses nest it in an event. */
function mergeAnswers(parts: readonly unknown[]): MergedUsage | null {
  const stated = parts.filter(isRecord).flatMap((part) => [part, part.message, part.response].filter(isRecord));
  if (stated.length === 0) return null;
  const models = stated.flatMap(({ model }) => (typeof model === 'string' && model !== '' ? [model] : []));
  const usage = Object.assign({}, ...stated.map((part) => (isRecord(part.usage) ? omitNulls(part.usage) : {})));
  return { usage, model: models.at(-1) ?? null };
}

function omitNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function readUsageTokens(usage: Fields, model: string | null): AnsweredTokens {
  const details = [usage.prompt_tokens_details, usage.input_tokens_details].find(isRecord);
  const cacheRead = toCount(usage.cache_read_input_tokens);
  const cacheWrite = toCount(usage.cache_creation_input_tokens);
  const input = toCount(usage.prompt_tokens ?? usage.input_tokens);
  return {
    // Anthropic reports cached input separately from the other input.
    inputTokens: input === null ? null : input + (cacheRead ?? 0) + (cacheWrite ?? 0),
    outputTokens: toCount(usage.completion_tokens ?? usage.output_tokens),
    cacheReadTokens: cacheRead ?? toCount(details?.cached_tokens),
    cacheWriteTokens: cacheWrite,
    model,
  };
}

function toCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
