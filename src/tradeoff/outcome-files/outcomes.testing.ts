import { createReadStream, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../platform/numbers/index.ts';
import type { DataFile } from './file-rows.ts';
import type { CandidateOutcomes, OutcomeTable } from './read-outcomes.ts';

/** A file of a folder that is removed with the test run. */
export async function writeDataFile(content: string | Buffer, name = 'outcomes.csv'): Promise<DataFile> {
  const path = join(await mkdtemp(join(tmpdir(), 'steelyard-outcomes-')), name);
  writeFileSync(path, content);
  return toDataFile(path);
}

export function toDataFile(path: string): DataFile {
  return { path, readBytes: () => createReadStream(path) as AsyncIterable<Buffer> };
}

/** A candidate of a simulated table: its answers are right with a probability that grows with its confidence. */
export interface SimulatedCandidate {
  readonly name: string;
  readonly pricePerThousand: string;
  /** Chance of a correct answer at confidence 0 and at confidence 1. */
  readonly accuracy: readonly [number, number];
}

/** Independent rows of candidates with uniform confidences. */
export function simulateTable(seed: number, rows: number, candidates: readonly SimulatedCandidate[]): OutcomeTable {
  const random = createRandom(seed);
  return {
    path: 'simulated.csv',
    measure: 'correct',
    row: Float64Array.from({ length: rows }, (_, row) => row),
    cluster: null,
    candidates: candidates.map(({ name, pricePerThousand, accuracy: [low, high] }): CandidateOutcomes => {
      const confidence = Float64Array.from({ length: rows }, () => random());
      const quality = confidence.map((value) => (random() < low + (high - low) * value ? 1 : 0));
      return { name, quality, confidence, cost: null, pricePerThousand, currency: 'USD' };
    }),
  };
}
