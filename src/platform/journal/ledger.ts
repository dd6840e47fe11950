import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { readSystemCode } from '../errors/index.ts';
import { encodeLine } from './line.ts';
import { syncFolder } from './segment.ts';

/** How much of a segment was acknowledged. */
export interface Extent {
  readonly sizeBytes: number;
  readonly lines: number;
}

/** Content of the ledger of a journal. */
export interface Recorded {
  /** By name of the segment; null: its size is not known, because the file of sizes (`HEAD`) is missing or damaged. */
  readonly segments: ReadonlyMap<string, Extent | null>;
  /** The segment that was written to: its file may be longer, and may end in half a line. Null: none, or unknown. */
  readonly openName: string | null;
  /** Files of the ledger that are missing or damaged. */
  readonly damaged: readonly string[];
  /** Content of the ledger as it was read; two equal ones enclose a moment in which no segment began or ended. */
  readonly text: string | null;
}

/** Names every segment that is not in the lake yet, with its size once it is closed. */
export const LEDGER = 'segments.ledger';
/** Size of the segment that is written to, after each append: its file may be longer, and is never shorter. */
export const HEAD = 'open.head';
const HEAD_BYTES = 256;

const Count = z.number().int().min(0);
const LedgerContent = z.object({
  segments: z.array(z.object({ name: z.string(), sizeBytes: Count.nullable(), lines: Count.nullable() }).readonly()),
});
type LedgerEntry = z.infer<typeof LedgerContent>['segments'][number];
const HeadContent = z.object({ segment: z.string(), sizeBytes: Count, lines: Count });

/** Replaces the ledger of a folder; it is on the disk, with the names in its folder, when this resolves. */
export async function writeLedger(
  folder: string,
  segments: ReadonlyMap<string, Extent>,
  openName: string | null,
): Promise<void> {
  const part = join(folder, `${LEDGER}.noting`);
  {
    await using file = await open(part, 'w', 0o600);
    await file.writeFile(encodeLedger(folder, toEntries(segments, openName)));
    await file.sync();
  }
  await rename(part, join(folder, LEDGER));
  await syncFolder(folder);
}

function toEntries(segments: ReadonlyMap<string, Extent>, openName: string | null): LedgerEntry[] {
  return [...segments].map(([name, { sizeBytes, lines }]) =>
    name === openName ? { name, sizeBytes: null, lines: null } : { name, sizeBytes, lines },
  );
}

/** Whether the ledger on the disk is the one that `writeLedger` would write. */
export async function isLedgerWritten(
  folder: string,
  segments: ReadonlyMap<string, Extent>,
  openName: string | null,
): Promise<boolean> {
  return (await readText(join(folder, LEDGER))) === encodeLedger(folder, toEntries(segments, openName));
}

function encodeLedger(folder: string, segments: readonly LedgerEntry[]): string {
  return encodeLine({ segments }, crc32(basename(folder)));
}

/** Opens the file of the size of a segment that begins now. */
export async function openHead(folder: string, segment: string): Promise<FileHandle> {
  const head = await open(join(folder, HEAD), 'w', 0o600);
  await writeHead(head, segment, { sizeBytes: 0, lines: 0 });
  return head;
}

/** Not synced: behind the segment it can only be too small, and the lines of a segment are kept beyond its size too. */
export async function writeHead(head: FileHandle, segment: string, { sizeBytes, lines }: Extent): Promise<void> {
  await head.write(encodeHead(segment, { sizeBytes, lines }), 0, 'utf8');
}

export async function removeHead(folder: string): Promise<void> {
  await rm(join(folder, HEAD), { force: true });
}

function encodeHead(segment: string, extent: Extent): string {
  const line = encodeLine({ segment, ...extent }, crc32(segment));
  return `${line.slice(0, -1).padEnd(HEAD_BYTES - 1)}\n`;
}

/** Reads the ledger of a folder. Null: there is none. */
export async function readLedger(folder: string): Promise<Recorded | null> {
  const text = await readText(join(folder, LEDGER));
  if (text === null) return null;
  const content = parse(LedgerContent, text);
  if (content === null || encodeLedger(folder, content.segments) !== text) {
    return { segments: new Map(), openName: null, damaged: [LEDGER], text };
  }
  const segments = new Map<string, Extent | null>();
  const damaged: string[] = [];
  let openName: string | null = null;
  for (const { name, sizeBytes, lines } of content.segments) {
    if (sizeBytes !== null && lines !== null) segments.set(name, { sizeBytes, lines });
    else {
      openName = name;
      const head = await readHead(folder, name);
      if (head === null) damaged.push(HEAD);
      segments.set(name, head);
    }
  }
  return { segments, openName, damaged, text };
}

async function readHead(folder: string, segment: string): Promise<Extent | null> {
  const text = await readText(join(folder, HEAD));
  const content = text === null ? null : parse(HeadContent, text);
  if (content === null || content.segment !== segment) return null;
  const { sizeBytes, lines } = content;
  return encodeHead(segment, { sizeBytes, lines }) === text ? { sizeBytes, lines } : null;
}

function parse<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
