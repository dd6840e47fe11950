import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { Estimation, type MonitorWindow } from '../../monitors/schema.ts';

/** Windows that are kept in memory, of about 2 kB each. */
const MOST_KEPT = 10_000;

/**
 * The response to one request by this cut, over all predictions and labels at that time. It is the first line of the object;
 * the windows are the second line.
 */
const StoredFacts = z.strictObject({
  /** Digest of the part of the monitor's text that determines windows. */
  spec: z.string(),
  /** State of the tables of predictions and labels; see `JournaledTable.state`. */
  state: z.string(),
  knownAt: UtcInstant,
  buildMs: z.number(),
  /** Windows before are not stored; null: all are. */
  from: UtcInstant.nullable(),
  estimation: Estimation.nullable(),
  unmatchedLabels: z.number(),
  /** Names of inputs. */
  inputs: z.array(z.string()),
  /** Digest of the second line. */
  sha256: z.string(),
});

export interface StoredCutWindows extends Omit<z.infer<typeof StoredFacts>, 'sha256'> {
  readonly windows: readonly MonitorWindow[];
}

/** Cache of the windows that were last read or stored, so that a large object is not parsed for each request. */
export class RecentWindows {
  readonly #kept = new Map<string, StoredCutWindows>();

  clear(): void {
    this.#kept.clear();
  }

  get(key: string): StoredCutWindows | undefined {
    return this.#kept.get(key);
  }

  put(key: string, stored: StoredCutWindows): void {
    this.#kept.delete(key);
    this.#kept.set(key, stored);
    let count = this.#kept.values().reduce((sum, { windows }) => sum + windows.length, 0);
    for (const [other, { windows }] of this.#kept) {
      if (count <= MOST_KEPT) return;
      this.#kept.delete(other);
      count -= windows.length;
    }
  }
}

/** The object of one cut: its facts and the digest of its windows, and then its windows. */
export function serializeCut({ windows, ...facts }: StoredCutWindows): string {
  const line = JSON.stringify(windows);
  return `${JSON.stringify({ ...facts, sha256: hashLine(line) })}\n${line}`;
}

/** Null: the object is damaged. */
export function parseCut(content: string): StoredCutWindows | null {
  const end = content.indexOf('\n');
  const line = content.slice(end + 1);
  const facts = StoredFacts.safeParse(parseJson(content.slice(0, Math.max(0, end))));
  if (!facts.success || facts.data.sha256 !== hashLine(line)) return null;
  const { sha256: _, ...rest } = facts.data;
  const windows: MonitorWindow[] = JSON.parse(line);
  return { ...rest, windows };
}

function hashLine(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
