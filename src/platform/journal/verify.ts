import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { systemCode } from '../errors/index.ts';
import { addSpot, type DamagedSpot } from './mend.ts';
import { scanSegment } from './scan.ts';
import { DAMAGED_SUFFIX, hasChecksums, listFiles, listSegments, type Segment } from './segment.ts';

export interface JournalFinding {
  /** Relative to the folder of the journals. */
  readonly file: string;
  /** Of the first byte concerned; of bytes set aside, where they were in their segment. */
  readonly offset: number;
  readonly sizeBytes: number;
  /**
   * `damaged_line`: bytes of a segment that are part of no intact line; the next start of the server sets them aside.
   * `torn_tail`: a half-written last line, as a crash leaves it, or a write that is under way while the server runs.
   * `set_aside`: bytes that an earlier start or settling took out of a segment. `damaged_file`: a file of such bytes that cannot be read.
   */
  readonly kind: 'damaged_line' | 'torn_tail' | 'set_aside' | 'damaged_file';
}

/**
 * Checks every journal below a folder and changes nothing: each line against its checksum, or as JSON where an older version
 * wrote it. Reads in chunks. A folder that does not exist has no findings.
 *
 * @example await verifyJournals('data/journals') // [{ file: 'prediction/…jsonl', offset: 300, sizeBytes: 167, kind: 'damaged_line' }]
 */
export async function verifyJournals(folder: string): Promise<readonly JournalFinding[]> {
  const findings: JournalFinding[] = [];
  for (const table of await tableFolders(folder)) {
    const named = (file: Segment) => relative(folder, file.path);
    for (const segment of await listSegments(table)) {
      findings.push(...(await unlessGone(verifySegment(segment, named(segment)))));
    }
    for (const file of await listFiles(table, DAMAGED_SUFFIX)) {
      findings.push(...(await unlessGone(listSetAside(file, named(file)))));
    }
  }
  return findings;
}

async function tableFolders(folder: string): Promise<string[]> {
  const entries = await unlessGone(readdir(folder, { withFileTypes: true }));
  return entries.flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : [])).toSorted();
}

/** Nothing for a file that is not there: a running server removes a segment when it is settled. */
async function unlessGone<T>(reading: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await reading;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function verifySegment({ name, path }: Segment, named: string): Promise<JournalFinding[]> {
  await using file = await open(path, 'r');
  const spots: { offset: number; sizeBytes: number }[] = [];
  const torn: DamagedSpot[] = [];
  for await (const parts of scanSegment(file, { hasChecksums: hasChecksums(name) })) {
    for (const part of parts) {
      if (part.kind === 'damaged') addSpot(spots, part);
      if (part.kind === 'torn') torn.push({ offset: part.offset, sizeBytes: part.bytes.length });
    }
  }
  return [
    ...spots.map((spot) => ({ file: named, ...spot, kind: 'damaged_line' as const })),
    ...torn.map((spot) => ({ file: named, ...spot, kind: 'torn_tail' as const })),
  ];
}

const Entry = z.object({ offset: z.number().int(), sizeBytes: z.number().int() });

/** A file of damages has checksums as segments have them. */
async function listSetAside({ path }: Segment, named: string): Promise<JournalFinding[]> {
  await using file = await open(path, 'r');
  const findings: JournalFinding[] = [];
  for await (const parts of scanSegment(file, { hasChecksums: true })) {
    for (const { kind, offset, bytes } of parts) {
      const entry = kind === 'line' ? Entry.parse(JSON.parse(bytes.toString('utf8'))) : null;
      if (entry === null) findings.push({ file: named, offset, sizeBytes: bytes.length, kind: 'damaged_file' });
      else findings.push({ file: named, ...entry, kind: 'set_aside' });
    }
  }
  return findings;
}

/** Spots that were set aside in the folder of one journal. */
export async function countSetAside(folder: string): Promise<number> {
  let count = 0;
  for (const file of await listFiles(folder, DAMAGED_SUFFIX)) count += (await listSetAside(file, file.name)).length;
  return count;
}
