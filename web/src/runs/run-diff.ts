import type { Run } from '../../../src/mlops/runs/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { isCompanion, isSystem } from './metric-words.ts';
import { durationMs } from './run-columns.ts';

export const SECTIONS = ['Cost', 'Params', 'Metrics', 'Tags'] as const;
export type Section = (typeof SECTIONS)[number];

export const COST_KEY = 'Cost';
export const DURATION_KEY = 'Duration';

export interface DiffRow {
  readonly section: Section;
  readonly key: string;
  /** As text, in the order of the runs; null where a run has none. */
  readonly values: readonly (string | null)[];
  readonly differs: boolean;
}

/** Tags that clients set on every run and that the page already shows elsewhere. */
const OWN_TAGS = new Set(['mlflow.runName', 'mlflow.log-model.history', 'mlflow.user']);

/** Inputs and results of runs in columns; each row states whether it differs between them. */
export function computeDiff(runs: readonly Run[]): DiffRow[] {
  return [
    row('Cost', COST_KEY, runs, (run) => run.cost.total.cost?.amount),
    row('Cost', DURATION_KEY, runs, (run) => durationMs(run)?.toString()),
    row('Cost', 'GPU-hours', runs, (run) => run.cost.gpuHours.hours),
    row('Cost', 'Energy (kWh)', runs, (run) => run.cost.energy.kilowattHours?.toString()),
    ...rows('Params', runs, (run) => run.params),
    ...rows('Metrics', runs, metricTexts),
    ...rows('Tags', runs, (run) => Object.fromEntries(Object.entries(run.tags).filter(([key]) => !OWN_TAGS.has(key)))),
  ];
}

function metricTexts(run: Run): Record<string, string> {
  const own = Object.entries(run.metrics).filter(([key]) => !isCompanion(key));
  return Object.fromEntries(own.map(([key, value]) => [key, value === null ? 'NaN' : String(value)]));
}

function rows(section: Section, runs: readonly Run[], of: (run: Run) => Readonly<Record<string, string>>): DiffRow[] {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(of(run))))].sort();
  // System metrics come after the metrics of the model.
  const ordered = section === 'Metrics' ? keys.toSorted((a, b) => Number(isSystem(a)) - Number(isSystem(b))) : keys;
  return ordered.map((key) => row(section, key, runs, (run) => of(run)[key]));
}

function row(
  section: Section,
  key: string,
  runs: readonly Run[],
  of: (run: Run) => string | null | undefined,
): DiffRow {
  const values = runs.map((run) => of(run) ?? null);
  return { section, key, values, differs: new Set(values).size > 1 };
}

export interface Delta {
  /** Exact. */
  readonly difference: string;
  /** Of the base's size; null when the base is zero. */
  readonly ratio: number | null;
}

/** How a value differs from the base's, where both are numbers; null where they are not, or are the same. */
export function computeDelta(base: string | null, value: string | null): Delta | null {
  if (base === null || value === null || base.trim() === '' || value.trim() === '') return null;
  if (!Number.isFinite(Number(base)) || !Number.isFinite(Number(value))) return null;
  const from = decimal(base.trim());
  const difference = decimal(value.trim()).minus(from);
  if (difference.isZero()) return null;
  return {
    difference: decimalString(difference),
    ratio: from.isZero() ? null : difference.dividedBy(from.abs()).toNumber(),
  };
}
