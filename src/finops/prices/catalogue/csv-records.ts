import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';

/** A record of a CSV text. */
export interface CsvRecord {
  readonly fields: readonly string[];
  /** Line on which it begins, 1-based. */
  readonly line: number;
}

/** Why a text is no CSV: it ends before it is complete, or a record is not as CSV is written. */
export class CsvTextError extends Error {
  readonly isTruncated: boolean;
  readonly line: number;

  constructor(message: string, line: number, isTruncated: boolean, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CsvTextError';
    this.line = line;
    this.isTruncated = isTruncated;
  }
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** A record of hundreds of columns has a few kilobytes; a missing quote makes one of the rest of the file. */
const LONGEST_RECORD_BYTES = 1024 * 1024;

interface RawRecord {
  readonly bytes: Buffer;
  readonly line: number;
}

/**
 * The wanted records of CSV text of any size, in their order: memory does not grow with the text. Only wanted records are
 * parsed into fields; of the other records the scan reads only quotes and line ends, which makes it fast. The last record is
 * always wanted, so that a truncated text is detected. Blank lines are left out. Errors: `CsvTextError`.
 */
export async function* readCsvRecords(
  chunks: AsyncIterable<Buffer>,
  isWanted: (record: Buffer, index: number) => boolean,
): AsyncGenerator<CsvRecord, void, undefined> {
  const scan = new RecordScan(isWanted);
  for await (const chunk of chunks) yield* parseRecords(scan.push(chunk));
  yield* parseRecords(scan.end());
}

/** Calls the parser once for all records of a chunk: creating a parser is expensive. */
function parseRecords(records: readonly RawRecord[]): CsvRecord[] {
  if (records.length === 0) return [];
  const text = records.map(({ bytes }) => bytes.toString('utf8')).join('\n');
  try {
    const parsed: string[][] = parse(text, { bom: true, relax_column_count: true });
    return parsed.map((fields, index) => ({ fields, line: records[index]?.line ?? 0 }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CsvTextError(error.message, records[0]?.line ?? 1, false, { cause: error });
  }
}

class RecordScan {
  readonly #isWanted: (record: Buffer, index: number) => boolean;
  readonly #parts: Buffer[] = [];
  #partBytes = 0;
  #inQuotes = false;
  #index = 0;
  #line = 1;
  /** Line feeds within the record that is being read. */
  #feeds = 0;

  constructor(isWanted: (record: Buffer, index: number) => boolean) {
    this.#isWanted = isWanted;
  }

  push(chunk: Buffer): RawRecord[] {
    const found: RawRecord[] = [];
    let inQuotes = this.#inQuotes;
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) inQuotes = !inQuotes;
      else if (byte === LINE_FEED) {
        this.#feeds += 1;
        if (inQuotes) continue;
        this.#add(chunk.subarray(from, at));
        this.#ended(found, false);
        from = at + 1;
      }
    }
    this.#inQuotes = inQuotes;
    this.#add(chunk.subarray(from));
    return found;
  }

  end(): RawRecord[] {
    if (this.#inQuotes) throw new CsvTextError('it ends within quotes', this.#line, true);
    const found: RawRecord[] = [];
    this.#ended(found, true);
    return found;
  }

  #add(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#partBytes += bytes.length;
    if (this.#partBytes > LONGEST_RECORD_BYTES)
      throw new CsvTextError('a record never ends; a quote may be missing', this.#line, false);
    this.#parts.push(bytes);
  }

  #ended(found: RawRecord[], isLast: boolean): void {
    const whole = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    const bytes = whole?.at(-1) === CARRIAGE_RETURN ? whole.subarray(0, -1) : whole;
    if (bytes !== undefined && bytes.length > 0) {
      if (isLast || this.#isWanted(bytes, this.#index)) found.push({ bytes, line: this.#line });
      this.#index += 1;
    }
    this.#parts.length = 0;
    this.#partBytes = 0;
    this.#line += this.#feeds;
    this.#feeds = 0;
  }
}
