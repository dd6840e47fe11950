/** A value of a JSON text, with the way to it: keys of objects, `*` for the places of an array. */
export interface JsonMember {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Action for the value at a path: enter its members, take it whole, or skip it. */
export type JsonPlan = (path: readonly string[]) => 'enter' | 'take' | 'skip';

/** The reason why a text is not valid JSON: it is truncated, or a token is in an invalid place. */
export class JsonTextError extends Error {
  readonly isTruncated: boolean;

  constructor(message: string, isTruncated: boolean) {
    super(message);
    this.name = 'JsonTextError';
    this.isTruncated = isTruncated;
  }
}

/** A price has a few kilobytes; a value taken whole is held in memory. */
const MOST_TAKEN_BYTES = 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;

/**
 * Takes values out of JSON text of any size, in their order: memory does not grow with the text. The text may be a sequence
 * of several documents. The engine's own parser parses the taken values; in skipped values the scan reads only strings and
 * brackets, which makes it fast. Errors: `JsonTextError`.
 * Example: plan "enter" for [] and ["a"], "take" for ["a", k]: `{"a":{"x":1,"y":2}}` -> [["a","x"],1], [["a","y"],2].
 */
export async function* readJsonMembers(
  chunks: AsyncIterable<Buffer>,
  plan: JsonPlan,
): AsyncGenerator<JsonMember, void, undefined> {
  const scan = new JsonScan(plan);
  for await (const chunk of chunks) yield* scan.push(chunk);
  scan.end();
}

interface Container {
  readonly isArray: boolean;
  readonly path: readonly string[];
  /** Key that was read and has no value yet; null before it. */
  key: string | null;
}

/** A value that is taken or passed over. */
interface Running {
  readonly path: readonly string[];
  /** null when it is passed over. */
  readonly parts: Buffer[] | null;
  /** A key of an entered object and no value. */
  readonly isKey: boolean;
  sizeBytes: number;
  depth: number;
  inString: boolean;
  isEscaped: boolean;
}

class JsonScan {
  readonly #plan: JsonPlan;
  readonly #open: Container[] = [];
  #running: Running | null = null;
  #offset = 0;

  constructor(plan: JsonPlan) {
    this.#plan = plan;
  }

  push(chunk: Buffer): JsonMember[] {
    const found: JsonMember[] = [];
    for (let at = 0; at < chunk.length; ) {
      at = this.#running === null ? this.#between(chunk, at) : this.#within(this.#running, chunk, at, found);
    }
    this.#offset += chunk.length;
    return found;
  }

  end(): void {
    const isOpen = this.#open.length > 0 || this.#running !== null;
    if (isOpen) throw new JsonTextError(`it ends after ${this.#offset} bytes, in the middle of its content`, true);
  }

  /** Between values: white space, punctuation, or the first byte of a key or a value. */
  #between(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? SPACE;
    if (byte <= SPACE || byte === COMMA || byte === COLON) return at + 1;
    const container = this.#open.at(-1);
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (container === undefined || container.isArray !== (byte === CLOSE_BRACKET)) throw this.#misplaced(byte, at);
      this.#open.pop();
      return at + 1;
    }
    if (container === undefined) return this.#document(byte, at);
    if (!container.isArray && container.key === null) return this.#beginKey(byte, at);
    const path = [...container.path, container.key ?? '*'];
    container.key = null;
    return this.#beginValue(byte, at, path);
  }

  #document(byte: number, at: number): number {
    if (byte !== OPEN_BRACE) throw this.#misplaced(byte, at);
    this.#open.push({ isArray: false, path: [], key: null });
    return at + 1;
  }

  #beginKey(byte: number, at: number): number {
    if (byte !== QUOTE) throw this.#misplaced(byte, at);
    this.#running = createRunning([], true, true);
    return at;
  }

  #beginValue(byte: number, at: number, path: readonly string[]): number {
    const plan = this.#plan(path);
    if (plan === 'enter' && (byte === OPEN_BRACE || byte === OPEN_BRACKET)) {
      this.#open.push({ isArray: byte === OPEN_BRACKET, path, key: null });
      return at + 1;
    }
    this.#running = createRunning(path, false, plan === 'take');
    return at;
  }

  /** On through a value, to its end or that of the chunk. The loop sees every byte: it does as little as it can. */
  #within(value: Running, chunk: Buffer, from: number, found: JsonMember[]): number {
    let { depth, inString, isEscaped } = value;
    let end = -1;
    let at = from;
    for (; at < chunk.length && end < 0; at += 1) {
      const byte = chunk[at] ?? SPACE;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) {
          inString = false;
          if (depth === 0) end = at + 1;
        }
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        // Below zero it closes the enclosing container and does not belong to the number or word.
        if (depth <= 0) end = depth === 0 ? at + 1 : at;
      } else if (depth === 0 && (byte <= SPACE || byte === COMMA)) end = at;
    }
    Object.assign(value, { depth, inString, isEscaped });
    this.#take(value, chunk.subarray(from, end < 0 ? chunk.length : end));
    if (end < 0) return chunk.length;
    this.#running = null;
    this.#ended(value, found);
    return end;
  }

  #take(value: Running, bytes: Buffer): void {
    if (value.parts === null) return;
    value.sizeBytes += bytes.length;
    if (value.sizeBytes > MOST_TAKEN_BYTES) {
      throw new JsonTextError(`"${value.path.join('.')}" is longer than ${MOST_TAKEN_BYTES} bytes`, false);
    }
    value.parts.push(bytes);
  }

  #ended({ path, parts, isKey }: Running, found: JsonMember[]): void {
    if (parts === null) return;
    const value = parseMember(joinParts(parts), path);
    const container = this.#open.at(-1);
    if (isKey && container !== undefined) container.key = String(value);
    else found.push({ path, value });
  }

  #misplaced(byte: number, at: number): JsonTextError {
    const character = JSON.stringify(String.fromCharCode(byte));
    return new JsonTextError(`${character} stands at byte ${this.#offset + at}, where it cannot`, false);
  }
}

function createRunning(path: readonly string[], isKey: boolean, isTaken: boolean): Running {
  return { path, isKey, parts: isTaken ? [] : null, sizeBytes: 0, depth: 0, inString: false, isEscaped: false };
}

/** Nearly every value lies in one chunk, and needs no copy. */
function joinParts(parts: readonly Buffer[]): string {
  const [first] = parts;
  return (parts.length === 1 && first !== undefined ? first : Buffer.concat(parts)).toString('utf8');
}

function parseMember(text: string, path: readonly string[]): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JsonTextError(`"${path.join('.')}" is no JSON value: ${why}`, false);
  }
}
