import { parseArgs } from 'node:util';

export const caseNames = [
  'bill',
  'scale',
  'converter',
  'prices',
  'log-batch',
  'start',
  'pipelines',
  'metering',
  'drift',
  'gpu',
  'gpu-days',
  'forecasts',
  'gateway',
  'settle',
  'monitor',
  'health',
  'integrity',
  'decisions',
] as const;
export type CaseName = (typeof caseNames)[number];

export interface BenchOptions {
  readonly only: readonly CaseName[];
  /** Small sizes: for a quick look, not for the docs. */
  readonly isQuick: boolean;
  readonly json: string | null;
  readonly billRows: number;
  /** Rows of the report for the converter comparison. */
  readonly curRows: number;
  /** A smaller and a larger bill, to show which figures grow. */
  readonly scaleRows: readonly [number, number];
  /** Machines in a price list; one takes 1.4 MB of it. */
  readonly priceTypes: number;
  /** Repetitions of each side of a comparison. */
  readonly repetitions: number;
  /** Time for which one load is driven. */
  readonly loadMs: number;
  readonly starts: number;
  /** Steps that do nothing, one after the other. */
  readonly chainSteps: number;
  /** Replicas that are metered. */
  readonly replicas: number;
  /** Reports of each of them, ten seconds apart. */
  readonly meteringTicks: number;
  /** Steps of one graph; a multiple of ten. */
  readonly pipelineSteps: number;
  /** Rows on each side of a comparison. */
  readonly driftRows: number;
  /** Readings of 1,000 GPUs together. */
  readonly gpuSamples: number;
  /** Days of readings of 1,000 GPUs, 15 s apart. */
  readonly gpuDays: number;
  /** Predictions that are filled in for four years. */
  readonly settlePredictions: number;
  /** Days of settlings, five minutes apart. */
  readonly settleDays: number;
  /** Series that are forecast. */
  readonly forecastSeries: number;
  /** Rows that are exported while /health is measured. */
  readonly healthRows: number;
  /** Paired outcomes of a comparison. */
  readonly proofPairs: number;
  /** Random splits of each task on which rules are compared. */
  readonly proofSplits: number;
  /** Runs of each simulated test. */
  readonly proofRuns: number;
}

const full = {
  billRows: 500_000,
  scaleRows: [1_000_000, 10_000_000] as const,
  curRows: 1_000_000,
  priceTypes: 300,
  repetitions: 3,
  loadMs: 8_000,
  starts: 5,
  chainSteps: 100,
  pipelineSteps: 1000,
  replicas: 500,
  meteringTicks: 6,
  driftRows: 1_000_000,
  gpuSamples: 10_000_000,
  gpuDays: 7,
  forecastSeries: 1000,
  settlePredictions: 277_677,
  settleDays: 30,
  healthRows: 300_000,
  proofPairs: 1_000_000,
  proofSplits: 20,
  proofRuns: 300,
};
const quick = {
  billRows: 50_000,
  scaleRows: [50_000, 200_000] as const,
  curRows: 20_000,
  priceTypes: 20,
  repetitions: 1,
  loadMs: 2_000,
  starts: 2,
  chainSteps: 30,
  pipelineSteps: 100,
  replicas: 500,
  meteringTicks: 2,
  driftRows: 50_000,
  gpuSamples: 100_000,
  gpuDays: 1,
  forecastSeries: 100,
  settlePredictions: 20_000,
  settleDays: 2,
  healthRows: 30_000,
  proofPairs: 100_000,
  proofSplits: 1,
  proofRuns: 20,
};

export const usage = `Usage: npm run bench -- [--quick] [--only ${caseNames.join('|')}]… [--json FILE]

Measures, and writes the figures into docs/benchmarks.md; with --only, the sections of these cases alone. With --quick the
tables are printed instead.
TEST_MLFLOW_PYTHON names a Python that has mlflow, for the comparison with it; else .cache/mlflow/bin/python is used.`;

/** Errors are one sentence for the person at the terminal. */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const only = values.only.map(readCase);
  return {
    only: only.length === 0 ? caseNames : only,
    isQuick: values.quick,
    json: values.json ?? null,
    ...(values.quick ? quick : full),
  };
}

function readCase(name: string): CaseName {
  const known = caseNames.find((candidate) => candidate === name);
  if (known === undefined) throw new Error(`--only ${name}: expected ${caseNames.join(', ')}`);
  return known;
}
