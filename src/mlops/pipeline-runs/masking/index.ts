/** Shorter values are too likely to be in a log by chance. */
const SHORTEST = 4;
/** Minimum bytes of a secret that is also found across line ends; for a shorter one, such a search would find false matches. */
const BROKEN_FROM = 8;
/** For a longer secret only this many characters are searched; after a match, the rest follows. */
const LONGEST_VALUE = 16_384;
const MASK = '*'.charCodeAt(0);
const LINE_ENDS: ReadonlySet<number> = new Set([10, 13]);

/** Replaces every byte of a secret by `*`, so that the rest keeps its position. */
export interface Masker {
  /** Bytes of the longest search text. */
  readonly longest: number;
  /** Masks a text that is whole. */
  text(text: string): string;
  /** Masks a byte stream; a secret may be split over chunks at any position. */
  pass(): MaskingPass;
  /** The same for a stream of bytes. */
  masked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer>;
}

export interface MaskingPass {
  /** Takes bytes and answers the masked part. Bytes that may begin a secret are held back. */
  write(chunk: Uint8Array): Buffer;
  /** Ends the stream and returns the bytes that were held back. */
  end(): Buffer;
}

interface Node {
  readonly next: Map<number, Node>;
  readonly depth: number;
  /** Failure link: the node of the longest other text that is a suffix of this one. */
  fall: Node | null;
  /** Lengths of the texts that end here, longest first. */
  ends: readonly number[];
}

/**
 * Finds secrets of 4 characters or more: as plain text, line by line, and encoded as JSON, URL, Base64 and hexadecimal
 * digits. A secret of 8 bytes or more is also found across line ends.
 * Example: with `['s3cret-1']`, `text('key=s3cret-1')` is `key=********`.
 */
export function createMasker(secrets: readonly string[]): Masker {
  const patterns = [...new Set(secrets.flatMap(listForms))].map((form) => Buffer.from(form));
  const root = buildAutomaton(patterns);
  const longest = Math.max(0, ...patterns.map(({ length }) => length));
  const pass = () => createPass(root);
  return {
    longest,
    pass,
    text(text) {
      const session = pass();
      return patterns.length === 0 ? text : Buffer.concat([session.write(Buffer.from(text)), session.end()]).toString();
    },
    async *masked(chunks) {
      const session = pass();
      for await (const chunk of chunks) {
        const settled = session.write(chunk);
        if (settled.length > 0) yield settled;
      }
      const rest = session.end();
      if (rest.length > 0) yield rest;
    },
  };
}

/** Every way in which a secret may be written. */
function listForms(secret: string): string[] {
  const value = secret.slice(0, LONGEST_VALUE);
  const whole = trimLineEnds(value);
  const plain = [whole, whole.trim(), ...value.split(/[\r\n]+/).map((line) => line.trim())];
  const written = [...new Set(plain)].filter(({ length }) => length >= SHORTEST);
  const encoded = [value, value.trim()].filter(({ length }) => length >= SHORTEST).flatMap(listEncodings);
  return [...written, ...encoded];
}

function listEncodings(value: string): string[] {
  const bytes = Buffer.from(value);
  const url = encodeURIComponent(value.toWellFormed());
  const json = JSON.stringify(value).slice(1, -1);
  return [
    url,
    url.replaceAll('%20', '+'),
    json,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...(['base64', 'base64url'] as const).flatMap((way) =>
      [0, 1, 2].flatMap((before) => listBase64Forms(bytes, before, way)),
    ),
  ].filter(({ length }) => length >= SHORTEST);
}

/**
 * Base64 characters that depend on these bytes alone, after `before` other bytes: once as the end of the text, and once
 * with bytes after them. Characters that encode a part of other bytes are omitted.
 */
function listBase64Forms(bytes: Buffer, before: number, way: 'base64' | 'base64url'): string[] {
  const text = Buffer.concat([Buffer.alloc(before), bytes])
    .toString(way)
    .replaceAll('=', '');
  const last = text.slice(before === 0 ? 0 : before + 1);
  return (before + bytes.length) % 3 === 0 ? [last] : [last, last.slice(0, -1)];
}

function trimLineEnds(text: string): string {
  return text.replaceAll(/[\r\n]/g, '');
}

/** Aho-Corasick automaton: one step per byte, for any number of search texts. */
function buildAutomaton(patterns: readonly Buffer[]): Node {
  const root = createNode(0);
  for (const pattern of patterns) {
    let node = root;
    for (const byte of pattern) {
      const next = node.next.get(byte) ?? createNode(node.depth + 1);
      node.next.set(byte, next);
      node = next;
    }
    node.ends = [pattern.length];
  }
  const queue = [root];
  for (const node of queue) {
    for (const [byte, child] of node.next) {
      child.fall = node === root ? root : advanceNode(root, node.fall ?? root, byte);
      child.ends = [...child.ends, ...child.fall.ends];
      queue.push(child);
    }
  }
  return root;
}

function createNode(depth: number): Node {
  return { next: new Map(), depth, fall: null, ends: [] };
}

function advanceNode(root: Node, from: Node, byte: number): Node {
  let node: Node | null = from;
  while (node !== null) {
    const next = node.next.get(byte);
    if (next !== undefined) return next;
    node = node.fall;
  }
  return root;
}

function createPass(root: Node): MaskingPass {
  let node = root;
  /** Bytes that may yet turn out to be of a secret. */
  let held = Buffer.alloc(0);
  return {
    write(chunk) {
      const bytes = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
      // Bytes that were held have been stepped through already.
      for (let at = held.length; at < bytes.length; at += 1) {
        const byte = bytes[at] ?? 0;
        if (LINE_ENDS.has(byte)) continue;
        node = advanceNode(root, node, byte);
        node.ends.some((length) => maskBack(bytes, at, length));
      }
      const settled = computeOpenStart(bytes, node.depth);
      held = bytes.subarray(settled);
      return bytes.subarray(0, settled);
    },
    end() {
      const rest = held;
      held = Buffer.alloc(0);
      node = root;
      return rest;
    },
  };
}

/** Masks this many bytes up to a position and keeps line ends between them. False where line ends show that a short text is no secret. */
function maskBack(bytes: Buffer, end: number, length: number): boolean {
  const start = placeBack(bytes, end, length);
  if (length < BROKEN_FROM && end - start + 1 !== length) return false;
  for (let at = start; at <= end; at += 1) if (!LINE_ENDS.has(bytes[at] ?? 0)) bytes[at] = MASK;
  return true;
}

/** Position of the first of this many bytes up to a position, without line ends. */
function placeBack(bytes: Buffer, end: number, length: number): number {
  let at = end;
  for (let left = length; at >= 0; at -= 1) {
    if (!LINE_ENDS.has(bytes[at] ?? 0)) left -= 1;
    if (left === 0) return at;
  }
  return 0;
}

/** Position of the first of the open bytes; the end of the buffer when none is open. */
function computeOpenStart(bytes: Buffer, open: number): number {
  return open === 0 ? bytes.length : placeBack(bytes, bytes.length - 1, open);
}
