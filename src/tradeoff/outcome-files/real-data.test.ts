import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../platform/numbers/index.ts';
import { readYaml } from '../../platform/yaml/index.ts';
import { isDeep } from '../../testing/deep.ts';
import { fitCascade } from './cascade/fit-cascade.ts';
import { compareOutcomeFile, evaluateFrontierFile, fitCascadeFile } from './index.ts';
import { toDataFile, writeDataFile } from './outcomes.testing.ts';
import { readOutcomes } from './read-outcomes.ts';
import { readEvaluationSpec } from './spec.ts';

const shared = join(import.meta.dirname, '../../../../shared/data/decisions');
const hasShared = existsSync(join(shared, 'README.md'));

/** Source of the names: README.md of the data. */
const AIDER_TIED = [
  'gpt-oss-120b (high)',
  'DeepSeek R1 (0528)',
  'o3',
  'o3 (high) + gpt-4.1',
  'o3 (high)',
  'gemini-2.5-pro-preview-06-05 (32k think)',
  'o3-pro (high)',
];
const AIDER_CASES = 225;

interface AiderRun {
  readonly model: string;
  readonly pass_rate_2: number;
  /** Missing in some records. */
  readonly total_cost?: number;
}

async function readAiderRuns(): Promise<readonly AiderRun[]> {
  const [document] = await readYaml(readFileSync(join(shared, 'aider/polyglot_leaderboard.yml'), 'utf8'));
  return document?.toJS() as AiderRun[];
}

describe.skipIf(!hasShared)('frontiers of public leaderboards (needs ../shared)', () => {
  it('finds the 7 of bfcl by estimates', async () => {
    const { points, notes } = await evaluateFrontierFile({
      file: toDataFile(join(shared, 'bfcl/data_overall.csv')),
      alpha: 0.05,
      columns: { name: ['Model'], quality: 'Overall Acc', cost: 'Total Cost ($)', n: null },
    });
    expect(points.filter(({ onPointFrontier }) => onPointFrontier).map(({ cost }) => cost)).toEqual([
      0.46, 1.35, 2.5, 3.04, 4.64, 43.73, 86.55,
    ]);
    expect(points.filter(({ status }) => status === 'tied')).toEqual([]);
    expect(notes).toContainEqual(expect.stringContaining('No sample size'));
  });

  it('finds the 8 of aider, and the 7 runs that are tied with them, as an independent z test does', async () => {
    const runs = await readAiderRuns();
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const lines = runs.map(
      ({ model, pass_rate_2, total_cost }) => `${quote(model)},${pass_rate_2},${total_cost ?? ''}`,
    );
    const { points, unknownCost } = await evaluateFrontierFile({
      file: await writeDataFile(`model,rate,usd\n${lines.join('\n')}\n`),
      alpha: 0.05,
      columns: { name: ['model'], quality: 'rate', cost: 'usd', n: AIDER_CASES },
    });
    const of = (status: string) => points.filter((point) => point.status === status).map(({ name }) => name);
    expect(points.length + unknownCost.length).toBe(69);
    expect(of('frontier')).toHaveLength(8);
    expect(of('tied').toSorted()).toEqual(AIDER_TIED.toSorted());
    expect(listTiedByZ(runs).toSorted()).toEqual(AIDER_TIED.toSorted());
  });

  it('reads the YAML of aider as the CSV that is made from it', async () => {
    const { points } = await evaluateFrontierFile({
      file: toDataFile(join(shared, 'aider/polyglot_leaderboard.yml')),
      alpha: 0.05,
      columns: { name: ['model'], quality: 'pass_rate_2', cost: 'total_cost', n: 'test_cases' },
    });
    expect(points.filter(({ status }) => status === 'tied')).toHaveLength(7);
  });
});

/** Off the frontier, and no run that costs at most as much is better by the unpaired, two-sided z test of two proportions at 5 %. */
function listTiedByZ(runs: readonly AiderRun[]): string[] {
  const known = runs.flatMap(({ total_cost = 0, ...run }) => (total_cost > 0 ? [{ ...run, total_cost }] : []));
  const isAbove = (one: Required<AiderRun>, other: Required<AiderRun>) =>
    one.total_cost <= other.total_cost &&
    one.pass_rate_2 >= other.pass_rate_2 &&
    (one.total_cost < other.total_cost || one.pass_rate_2 > other.pass_rate_2);
  const z = (one: AiderRun, other: AiderRun) => {
    const [p, q] = [one.pass_rate_2 / 100, other.pass_rate_2 / 100];
    return (p - q) / Math.sqrt((p * (1 - p) + q * (1 - q)) / AIDER_CASES);
  };
  return known
    .filter((run) => known.some((other) => isAbove(other, run)))
    .filter((run) => !known.some((other) => isAbove(other, run) && z(other, run) > 1.959964))
    .map(({ model }) => model);
}

const frugalml = join(shared, 'frugalml');
const tasks = hasShared
  ? readdirSync(frugalml)
      .filter((name) => name.endsWith('.csv.gz'))
      .map((name) => name.replace('.csv.gz', ''))
      .toSorted()
  : [];

function buildSpec(task: string): { readonly path: string; readonly text: string } {
  const lines = readFileSync(join(frugalml, 'apis.csv'), 'utf8').trim().split('\n');
  const candidates = lines
    .map((line) => line.split(','))
    .filter(([dataset]) => dataset === task)
    .map(
      ([, api, price]) =>
        `{name: ${api}, correct: ${api}_correct, confidence: ${api}_confidence, pricePerThousand: ${Number(price) / 10}}`,
    );
  return { path: `${task}.yaml`, text: `candidates: [${candidates.join(', ')}]` };
}

const openTask = (task: string) => toDataFile(join(frugalml, `${task}.csv.gz`));

describe.skipIf(!hasShared)('the tasks of FrugalML (needs ../shared)', () => {
  /** 1.35 times the reference of checks/cascade_score.py. */
  const LEAST_MEAN_SAVING = 1.35 * 0.1899;
  const fast = ['digit', 'ferplus', 'waimai'];

  it('give cascades with a tested saving above the aim', async () => {
    const chosen = isDeep ? tasks : fast;
    const savings: number[] = [];
    for (const task of chosen) {
      const report = await fitCascadeFile({
        file: openTask(task),
        evaluation: buildSpec(task),
        margin: 0.01,
        alpha: 0.05,
        method: 'split',
      });
      savings.push(report.verdict === 'non-inferior' ? report.saving : 0);
    }
    expect(savings.reduce((sum, saving) => sum + saving, 0) / chosen.length).toBeGreaterThan(LEAST_MEAN_SAVING);
  });

  if (isDeep) {
    it('keep the saving over 20 random halves of each task', async () => {
      const random = createRandom(20);
      let sum = 0;
      for (const task of tasks) {
        const spec = await readEvaluationSpec(buildSpec(task));
        const names = spec.candidates.map(({ name }) => name);
        const table = await readOutcomes(openTask(task), spec, names, { confidence: true });
        for (let split = 0; split < 20; split += 1) {
          const row = table.row.map(() => (random() < 0.5 ? 0 : 1));
          const report = fitCascade({ ...table, row }, { margin: 0.01, alpha: 0.05, method: 'split', fitRows: 'even' });
          sum += report.verdict === 'non-inferior' ? report.saving : 0;
        }
      }
      expect(sum / (20 * tasks.length)).toBeGreaterThan(LEAST_MEAN_SAVING);
    });
  }

  it('have the paired difference and saving of the data’s own figures', async () => {
    const rows =
      gunzipSync(readFileSync(join(frugalml, 'digit.csv.gz')))
        .toString()
        .trim()
        .split('\n').length - 1;
    const report = await compareOutcomeFile({
      file: openTask('digit'),
      evaluation: buildSpec('digit'),
      baseline: 'Microsoft',
      candidate: 'IBM',
      margin: 0.01,
      alpha: 0.05,
      rows: 'all',
      plan: { kind: 'once' },
    });
    // Accuracies and prices of apis.csv: .8265 and .7465, 41 and 25.
    expect(report).toMatchObject({ n: rows, verdict: 'inferior' });
    expect(report.difference.estimate).toBeCloseTo(0.7465 - 0.8265, 9);
    expect(report.saving?.estimate).toBeCloseTo(1 - 25 / 41, 12);
  });
});
