import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, readSystemCode } from '../errors/index.ts';
import { readLedger } from './ledger.ts';
import { KEPT_SUFFIX, measureSegment, type Segment, SUFFIX } from './segment.ts';

/** A segment in the journal of another server. */
export interface OtherSegment extends Segment {
  /** Holds whole lines only. The segment that is written to may end in half a line. */
  readonly isWhole: boolean;
  /** Acknowledged bytes; the file may be longer while it is written to. Null: not known yet. */
  readonly sizeBytes: number | null;
}

export interface OtherSegments {
  readonly segments: readonly OtherSegment[];
  /** Segments that a ledger names, and that were not there: settled in between, or lost. */
  readonly absent: readonly (Segment & { readonly folder: string })[];
}

/** The segments of a table in the journals of other servers; empty for a folder without it. */
export async function listOtherSegments(folders: readonly string[], table: string): Promise<OtherSegments> {
  const segments: OtherSegment[] = [];
  const absent: (Segment & { folder: string })[] = [];
  for (const folder of folders.map((one) => join(one, table))) {
    // The ledger first: a segment that it calls closed is never written to again.
    const recorded = await readLedger(folder);
    const names = new Set(await listNames(folder));
    for (const name of [...names].filter((one) => one.endsWith(SUFFIX)).toSorted()) {
      const extent = recorded?.segments.get(name) ?? null;
      const isClosed = extent !== null && recorded?.openName !== name;
      const isWhole = isClosed && !names.has(`${name}${KEPT_SUFFIX}`);
      segments.push({ name, path: join(folder, name), isWhole, sizeBytes: extent?.sizeBytes ?? null });
    }
    const gone = [...(recorded?.segments.keys() ?? [])].filter((name) => !names.has(name));
    absent.push(...gone.map((name) => ({ name, path: join(folder, name), folder })));
  }
  return { segments, absent };
}

/**
 * Checks that the segments of others that a reader is about to read hold every acknowledged byte. Error: `journal_damaged`. Their
 * server finds and records the missing lines.
 */
export async function assertOthersIntact(
  { segments, absent }: OtherSegments,
  settled: ReadonlyMap<string, unknown>,
): Promise<void> {
  for (const segment of segments.filter(({ name }) => !settled.has(name))) {
    const { sizeBytes } = await measureSegment(segment);
    if (sizeBytes < (segment.sizeBytes ?? 0)) throw createDamagedError(segment.path);
  }
  for (const { name, path, folder } of absent.filter((one) => !settled.has(one.name))) {
    // Removed from the ledger before its file: still named, and not there, it is lost.
    const isNamed = (await readLedger(folder))?.segments.has(name) === true;
    if (isNamed && !(await listNames(folder)).includes(name)) throw createDamagedError(path);
  }
}

export function createDamagedError(path: string, cause?: unknown): AppError {
  const detail = `The journal file ${path} of another server lacks acknowledged lines or holds damaged ones. Its server isolates the damage; retry in a few seconds.`;
  return new AppError('journal_damaged', detail, { file: path }, { cause });
}

/** Names of the segments of a table in these folders. */
export async function listOtherNames(folders: readonly string[], table: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const folder of folders) {
    for (const name of await listNames(join(folder, table))) names.add(name);
  }
  return names;
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
