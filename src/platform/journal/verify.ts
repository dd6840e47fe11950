import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { readSystemCode } from '../errors/index.ts';
import { type Extent, LEDGER, type Recorded, readLedger } from './ledger.ts';
import { inspectSegment } from './mend.ts';
import { scanSegment } from './scan.ts';
import { BOUND_SUFFIX, DAMAGED_SUFFIX, listFiles, listSegments, type Segment } from './segment.ts';

export interface JournalFinding {
  /** Relative to the folder of the journals. */
  readonly file: string;
  /** Of the first byte concerned; of bytes set aside, where they were in their segment. */
  readonly offset: number;
  readonly sizeBytes: number;
  /**
   * `damaged_line`: bytes of a segment that are part of no intact line; the next start of the server sets them aside.
   * `torn_tail`: a half-written last line, from a crash or from a write in flight while the server runs.
   * `set_aside`: bytes that an earlier start or settling took out of a segment. `damaged_file`: a file of such bytes that cannot be read.
   * `missing_lines`: acknowledged lines that the segment, or the whole segment, lacks. `damaged_ledger`: a file that names the segments
   * or a size is missing or damaged, so that missing lines would not be found.
   */
  readonly kind: 'damaged_line' | 'torn_tail' | 'set_aside' | 'damaged_file' | 'missing_lines' | 'damaged_ledger';
  /** Missing lines; null: unknown, or the finding is of another kind. */
  readonly lines: number | null;
}

/** Maximum reads of a folder: a running server may begin or close segments during a read, which is then repeated. */
const TRIES = 20;

/**
 * Checks every journal below a folder and changes nothing: each line against its checksum, or as JSON where an older version
 * wrote it, and the segments against the ledger. Reads in chunks. A folder that does not exist has no findings.
 *
 * @example await verifyJournals('data/journals') // [{ file: 'prediction/…jsonl', offset: 300, sizeBytes: 167, kind: 'damaged_line', lines: null }]
 */
export async function verifyJournals(folder: string): Promise<readonly JournalFinding[]> {
  const findings: JournalFinding[] = [];
  for (const table of await listTableFolders(folder)) {
    findings.push(
      ...(await verifyTable(table)).map((one) => ({ ...one, file: relative(folder, join(table, one.file)) })),
    );
  }
  return findings;
}

/** Bytes that were set aside and missing lines that were noted, below a folder. Reads none of the segments. */
export async function listKnownDamage(folder: string): Promise<readonly JournalFinding[]> {
  const findings: JournalFinding[] = [];
  for (const table of await listTableFolders(folder)) {
    const own = await listAllSetAside(table);
    findings.push(...own.map((one) => ({ ...one, file: relative(folder, join(table, one.file)) })));
  }
  return findings;
}

async function verifyTable(table: string): Promise<JournalFinding[]> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await readLedger(table);
    const findings = await verifySegments(table, before);
    const isStill = (await readLedger(table))?.text === before?.text;
    if (findings.length === 0 || isStill || attempt === TRIES) return [...findings, ...(await listAllSetAside(table))];
  }
}

async function verifySegments(table: string, recorded: Recorded | null): Promise<JournalFinding[]> {
  const findings: JournalFinding[] = (recorded?.damaged ?? []).map(toLedgerFinding);
  const segments = await listSegments(table);
  for (const segment of segments) {
    const expected = recorded?.segments.get(segment.name) ?? null;
    findings.push(...(await readUnlessGone(verifySegment(segment, expected))));
    // The ledger is there before the first line.
    if (recorded === null && segment.name.endsWith(BOUND_SUFFIX)) findings.push(toLedgerFinding(LEDGER));
  }
  const names = new Set(segments.map(({ name }) => name));
  for (const [name, extent] of recorded?.segments ?? []) {
    if (names.has(name)) continue;
    const { sizeBytes, lines } = extent ?? { sizeBytes: 0, lines: null };
    findings.push({ file: name, offset: 0, sizeBytes, kind: 'missing_lines', lines });
  }
  return findings;
}

function toLedgerFinding(file: string): JournalFinding {
  return { file, offset: 0, sizeBytes: 0, kind: 'damaged_ledger', lines: null };
}

async function listAllSetAside(table: string): Promise<JournalFinding[]> {
  const findings: JournalFinding[] = [];
  for (const file of await listFiles(table, DAMAGED_SUFFIX))
    findings.push(...(await readUnlessGone(listSetAside(file))));
  return findings;
}

async function listTableFolders(folder: string): Promise<string[]> {
  const entries = await readUnlessGone(readdir(folder, { withFileTypes: true }));
  return entries.flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : [])).toSorted();
}

/** Empty for a missing file: a running server removes a segment after settling it. */
async function readUnlessGone<T>(reading: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await reading;
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function verifySegment(segment: Segment, expected: Extent | null): Promise<JournalFinding[]> {
  const { spots, tornAt, sizeBytes, missing } = await inspectSegment(segment, { expected });
  const file = segment.name;
  return [
    ...spots.map((spot) => ({ file, ...spot, kind: 'damaged_line' as const, lines: null })),
    ...(tornAt === null
      ? []
      : [{ file, offset: tornAt, sizeBytes: sizeBytes - tornAt, kind: 'torn_tail' as const, lines: null }]),
    ...(missing === null ? [] : [{ file, ...missing, kind: 'missing_lines' as const }]),
  ];
}

const Count = z.number().int().min(0);
const Entry = z.union([
  z.object({ offset: Count, sizeBytes: Count, base64: z.string() }),
  z.object({ offset: Count, sizeBytes: Count, missingLines: Count.nullable() }),
]);

/** A file of damages has checksums as segments have them. */
async function listSetAside({ name, path }: Segment): Promise<JournalFinding[]> {
  await using file = await open(path, 'r');
  const findings: JournalFinding[] = [];
  for await (const parts of scanSegment(file, { seed: 0 })) {
    for (const { kind, offset, bytes } of parts) {
      findings.push(
        kind === 'line'
          ? toSetAside(name, bytes)
          : { file: name, offset, sizeBytes: bytes.length, kind: 'damaged_file', lines: null },
      );
    }
  }
  return findings;
}

function toSetAside(file: string, line: Buffer): JournalFinding {
  const entry = Entry.parse(JSON.parse(line.toString('utf8')));
  const { offset, sizeBytes } = entry;
  if ('base64' in entry) return { file, offset, sizeBytes, kind: 'set_aside', lines: null };
  return { file, offset, sizeBytes, kind: 'missing_lines', lines: entry.missingLines };
}

/** Spots that were set aside, and notes of missing lines, in the folder of one journal. */
export async function countSetAside(folder: string): Promise<number> {
  return (await listAllSetAside(folder)).length;
}
