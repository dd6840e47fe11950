import { crc32 } from 'node:zlib';

/** A document of a journal: a JSON object with at least one field, none of them called `crc32`. */
export type JournalDocument = Readonly<Record<string, unknown>>;

/** Begins every line with a checksum; no text inside a document holds these bytes, because JSON escapes quotes. */
export const LINE_START = Buffer.from('{"crc32":"');
const HEX_DIGITS = 8;
const HEX_END = LINE_START.length + HEX_DIGITS;
/** Where the part that the checksum covers begins, behind `",`. */
const CONTENT_START = HEX_END + 2;
const QUOTE = 0x22;
const COMMA = 0x2c;

/**
 * A document as a line: `{"crc32":"4b1f0c2a",` and the rest of its JSON, so that a reader of JSON lines needs to know nothing of it.
 * The checksum (CRC-32, lower-case hex) covers everything behind the first comma; the part before has one valid form only. It begins
 * with `seed`: a line that was checked with the seed of one file fails in another file.
 *
 * @example encodeLine({ id: 1 }) // '{"crc32":"d2d3a3c1","id":1}\n'
 */
export function encodeLine(document: JournalDocument, seed = 0): string {
  return frameLine(encodeContent(document), seed);
}

/** The part of a line that the checksum covers. Throws for a document without a field. */
export function encodeContent(document: JournalDocument): string {
  const content = JSON.stringify(document).slice(1);
  if (content.length < 2) throw new Error('a journal line is an object with at least one field');
  return content;
}

/** A complete line from the output of `encodeContent`. */
export function frameLine(content: string, seed: number): string {
  return `{"crc32":"${toHex(crc32(content, seed))}",${content}\n`;
}

/** Whether a line, without its newline, is exactly as it was written with this seed. */
export function isIntactLine(line: Buffer, seed = 0): boolean {
  if (line.length <= CONTENT_START || !line.subarray(0, LINE_START.length).equals(LINE_START)) return false;
  if (line[HEX_END] !== QUOTE || line[HEX_END + 1] !== COMMA) return false;
  return line.toString('latin1', LINE_START.length, HEX_END) === toHex(crc32(line.subarray(CONTENT_START), seed));
}

/** Whether a line of a segment without checksums is a JSON document. */
export function isJsonLine(line: Buffer): boolean {
  try {
    JSON.parse(line.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function toHex(checksum: number): string {
  return checksum.toString(16).padStart(HEX_DIGITS, '0');
}
