import { execFile } from 'node:child_process';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createRandom } from '../../src/platform/numbers/index.ts';
import { compareOutcomeFile, evaluateFrontierFile } from '../../src/tradeoff/outcome-files/index.ts';
import {
  compareOutcomes,
  createBettingSequence,
  createEmpiricalBernsteinSequence,
  createMeanSequence,
  type Interval,
} from '../../src/tradeoff/statistics/index.ts';
import type { Figure } from '../report.ts';
import { spreadOf } from '../statistics.ts';
import { toTextFile } from './decision-data.ts';
import { measureGate } from './gate-speed.ts';

const FRONTIER_POINTS = 1000;
const SUBJECT = 'Steelyard';

/** Times of a gate, a comparison, a frontier and the updates of confidence sequences; made-up outcomes, seeded. */
export interface SpeedFigures {
  readonly gate: Figure;
  readonly comparison: Figure;
  readonly command: Figure;
  readonly fileInProcess: Figure;
  readonly fileProcessor: Figure;
  readonly frontier: Figure;
  /** By sequence: nanoseconds an observation early and late. */
  readonly updates: readonly (readonly [early: Figure, late: Figure])[];
}

export async function measureSpeed(folder: string, pairs: number, repetitions: number): Promise<SpeedFigures> {
  const candidate = drawOutcomes(pairs, 0.9, 1);
  const baseline = drawOutcomes(pairs, 0.9, 2);
  const shown = pairs.toLocaleString('en-US');
  const repeat = async (
    unit: Figure['unit'],
    measure: string,
    once: () => Promise<number> | number,
  ): Promise<Figure> => {
    const values: number[] = [];
    for (let at = 0; at < repetitions; at += 1) values.push(await once());
    return { measure, subject: SUBJECT, unit, values };
  };
  const [file, spec] = writeOutcomeFile(folder, candidate, baseline);
  const table = toTextFile('candidates.csv', buildCandidates(FRONTIER_POINTS));
  const columns = { name: ['name'], quality: 'accuracy', cost: 'usd', n: 500 };
  return {
    gate: await measureGate(folder, [baseline, candidate], repetitions),
    comparison: await repeat('ms', `comparison of ${shown} pairs in memory, counted and tested`, () =>
      time(() => comparePairs(candidate, baseline)),
    ),
    command: await repeat('s', `decide compare of a file of ${shown} rows, whole command`, () =>
      runCompare(file, spec),
    ),
    fileInProcess: await repeat('s', 'the same file, in process', () => timeComparison(file, spec, 'wall')),
    fileProcessor: await repeat('s', 'the same file, in process, processor time', () =>
      timeComparison(file, spec, 'processor'),
    ),
    frontier: await repeat(
      'ms',
      `frontier of ${FRONTIER_POINTS.toLocaleString('en-US')} points with intervals`,
      async () => {
        const startedAt = performance.now();
        await evaluateFrontierFile({ file: table, alpha: 0.05, columns });
        return performance.now() - startedAt;
      },
    ),
    updates: sequences.map(([name, create]) => measureUpdates(name, create, pairs, repetitions)),
  };
}

function time(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function drawOutcomes(n: number, share: number, seed: number): Uint8Array {
  const random = createRandom(seed);
  return Uint8Array.from({ length: n }, () => (random() < share ? 1 : 0));
}

function comparePairs(candidate: Uint8Array, baseline: Uint8Array): void {
  const counts = { both: 0, onlyCandidate: 0, onlyBaseline: 0, neither: 0 };
  for (let row = 0; row < candidate.length; row += 1) {
    if (candidate[row] === 1) counts[baseline[row] === 1 ? 'both' : 'onlyCandidate'] += 1;
    else counts[baseline[row] === 1 ? 'onlyBaseline' : 'neither'] += 1;
  }
  compareOutcomes(
    { design: 'paired', kind: 'binary', ...counts },
    { margin: 0.01, tail: 0.05, looks: { kind: 'once' } },
  );
}

function writeOutcomeFile(folder: string, candidate: Uint8Array, baseline: Uint8Array): [file: string, spec: string] {
  const [file, spec] = [join(folder, 'outcomes.csv'), join(folder, 'outcomes.yaml')];
  const lines = Array.from(candidate, (outcome, row) => `${outcome},${baseline[row]}`);
  writeFileSync(file, `small,large\n${lines.join('\n')}\n`);
  writeFileSync(
    spec,
    'candidates: [{name: small, correct: small, pricePerThousand: 1}, {name: large, correct: large, pricePerThousand: 9}]\n',
  );
  return [file, spec];
}

/** Seconds of the command, start of the program included. */
async function runCompare(file: string, spec: string): Promise<number> {
  const program = fileURLToPath(new URL('../../bin/steelyard', import.meta.url));
  const args = ['decide', 'compare', file, '--evaluation', spec, '--baseline', 'large', '--candidate', 'small'];
  const startedAt = performance.now();
  await promisify(execFile)(program, [...args, '--margin', '0.01', '--json']);
  return (performance.now() - startedAt) / 1000;
}

/** Seconds of a comparison of a file without the start of a program. */
async function timeComparison(path: string, spec: string, clock: 'wall' | 'processor'): Promise<number> {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  await compareOutcomeFile({
    file: { path, readBytes: () => createReadStream(path) as AsyncIterable<Buffer> },
    evaluation: { path: spec, text: readFileSync(spec, 'utf8') },
    baseline: 'large',
    candidate: 'small',
    margin: 0.01,
    alpha: 0.05,
    rows: 'all',
    plan: { kind: 'once' },
  });
  const { user, system } = process.cpuUsage(before);
  return clock === 'wall' ? (performance.now() - startedAt) / 1000 : (user + system) / 1e6;
}

function buildCandidates(count: number): string {
  const random = createRandom(3);
  const lines = Array.from({ length: count }, (_, at) => {
    const cost = random() ** 2 * 100 + 0.01;
    return `candidate ${at},${(0.5 + 0.1 * Math.log10(cost + 1) + 0.2 * random()).toFixed(4)},${cost.toFixed(4)}`;
  });
  return `name,accuracy,usd\n${lines.join('\n')}\n`;
}

interface Sequence {
  readonly add: (value: number) => void;
  readonly interval: () => Interval;
}

const sequences: readonly (readonly [name: string, create: () => Sequence])[] = [
  ['asymptotic sequence of a mean', () => createMeanSequence({ tail: 0.05 })],
  ['empirical-Bernstein sequence', () => createEmpiricalBernsteinSequence({ tail: 0.05 })],
  ['betting sequence, grid of 1,000', () => createBettingSequence({ tail: 0.05 })],
];

const EARLY = 1000;

/** Observations after which the compiler of the program has settled. */
const WARM_UP = 20_000;

/** Observations that are timed together, and how often: the median leaves out the blocks in which other programs ran. */
const BLOCK = 100;
const BLOCKS = 10;

/** An observation and its interval after 1,000 observations and after `most`. */
function measureUpdates(
  name: string,
  create: () => Sequence,
  most: number,
  repetitions: number,
): [early: Figure, late: Figure] {
  addMany(create(), WARM_UP);
  const early: number[] = [];
  const late: number[] = [];
  for (let at = 0; at < repetitions; at += 1) {
    const sequence = create();
    const timeAdded = (): number => {
      const blocks = Array.from({ length: BLOCKS }, () => (1e6 * time(() => addMany(sequence, BLOCK))) / BLOCK);
      return spreadOf(blocks).median;
    };
    addMany(sequence, EARLY);
    early.push(timeAdded());
    addMany(sequence, most - EARLY - BLOCK * BLOCKS);
    late.push(timeAdded());
  }
  const toFigure = (place: number, values: readonly number[]): Figure => ({
    measure: `${name}: an observation after ${place.toLocaleString('en-US')}`,
    subject: SUBJECT,
    unit: 'ns',
    values,
  });
  return [toFigure(EARLY, early), toFigure(most, late)];
}

function addMany(sequence: Sequence, count: number): void {
  const random = createRandom(4);
  for (let at = 0; at < count; at += 1) {
    sequence.add(random() < 0.9 ? 1 : 0);
    sequence.interval();
  }
}
