import type { Run } from '../../../src/mlops/runs/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { guessDirection, isCompanion, isSystem } from './metric-words.ts';

/** A figure that runs can be set against each other by: `metrics.x`, `params.x`, `cost.total`, `durationMs`… */
export interface RunColumn {
  readonly id: string;
  readonly label: string;
  readonly kind: 'metric' | 'param' | 'cost';
  /** Every value that there is is a number. */
  readonly numeric: boolean;
  /** Not all runs have the same value. */
  readonly varies: boolean;
}

const COSTS = [
  ['cost.total', 'Cost'],
  ['cost.gpuHours', 'GPU-hours'],
  ['cost.energyKwh', 'Energy (kWh)'],
  ['durationMs', 'Duration'],
] as const;

/** Columns that at least one of the runs has: costs, then metrics, then params, by name. */
export function listColumns(runs: readonly Run[]): RunColumn[] {
  const names = (of: (run: Run) => object) => [...new Set(runs.flatMap((run) => Object.keys(of(run))))].sort();
  const metrics = names((run) => run.metrics).filter((name) => !isCompanion(name));
  const candidates: Omit<RunColumn, 'numeric' | 'varies'>[] = [
    ...COSTS.map(([id, label]) => ({ id, label, kind: 'cost' as const })),
    ...metrics.map((name) => ({ id: `metrics.${name}`, label: formatMetricName(name), kind: 'metric' as const })),
    ...names((run) => run.params).map((name) => ({ id: `params.${name}`, label: name, kind: 'param' as const })),
  ];
  return candidates.flatMap((column) => {
    const values = runs.map((run) => readFigure(run, column.id, findCurrency(runs))).filter((value) => value !== null);
    if (values.length === 0) return [];
    return [
      {
        ...column,
        numeric: values.every((value) => typeof value === 'number'),
        varies: values.length < runs.length || new Set(values).size > 1,
      },
    ];
  });
}

/** Keys of the metrics, as the runs logged them; a label may have another form: `ndcg_at_10` is labelled ndcg@10. */
export function listMetricKeys(columns: readonly RunColumn[]): string[] {
  return columns.filter(({ kind }) => kind === 'metric').map(toKey);
}

function toKey({ id }: RunColumn): string {
  return id.slice(id.indexOf('.') + 1);
}

/** The currency that most runs' costs are in; undefined when none has a cost. Costs in another are not compared with it. */
export function findCurrency(runs: readonly Run[]): string | undefined {
  const counted = Map.groupBy(
    runs.flatMap((run) => run.cost.total.cost?.currency ?? []),
    (currency) => currency,
  );
  return [...counted].sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

/** A run's value in a column, as a number where possible; null when it has none. For drawing and sorting. */
export function readFigure(run: Run, column: string, currency: string | undefined): number | string | null {
  if (column === 'cost.total') {
    const { cost } = run.cost.total;
    return cost === null || cost.currency !== currency ? null : Number(cost.amount);
  }
  if (column === 'cost.gpuHours') return run.cost.gpuHours.hours === null ? null : Number(run.cost.gpuHours.hours);
  if (column === 'cost.energyKwh') return run.cost.energy.kilowattHours;
  if (column === 'durationMs') return durationMs(run);
  if (column.startsWith('metrics.')) return run.metrics[column.slice('metrics.'.length)] ?? null;
  const text = run.params[column.slice('params.'.length)];
  if (text === undefined || text === '') return null;
  const number = Number(text);
  return Number.isFinite(number) && text.trim() !== '' ? number : text;
}

/** Milliseconds from start to end; null while it runs. */
export function durationMs(run: Pick<Run, 'startTime' | 'endTime'>): number | null {
  return run.endTime === null ? null : Date.parse(run.endTime) - Date.parse(run.startTime);
}

/** Milliseconds that a run has been going until `asOfMs`; null once it has ended, and where the clocks disagree. */
export function soFarMs(run: Pick<Run, 'startTime' | 'endTime' | 'status'>, asOfMs: number): number | null {
  const ms = asOfMs - Date.parse(run.startTime);
  return run.status !== 'RUNNING' || run.endTime !== null || ms < 0 ? null : ms;
}

/** Axes until others are chosen: params that vary, the key metrics, the cost. */
export function usualAxes(columns: readonly RunColumn[], keyMetric: string | undefined): string[] {
  const varying = columns.filter((column) => column.varies);
  const params = varying.filter(({ kind }) => kind === 'param').slice(0, 4);
  const metrics = varying
    .filter((column) => column.kind === 'metric' && toKey(column) !== keyMetric && !isSystem(toKey(column)))
    .slice(0, 2);
  const key = columns.filter((column) => column.kind === 'metric' && toKey(column) === keyMetric);
  const costs = varying.filter(({ id }) => id === 'cost.total' || id === 'durationMs');
  return [...params, ...metrics, ...key, ...costs].map(({ id }) => id);
}

/**
 * Direction in which a column improves: lower for costs, times and losses, higher for other metrics unless it is
 * overridden.
 */
export function findBetterDirection(column: string): 'higher' | 'lower' {
  if (!column.startsWith('metrics.')) return 'lower';
  return guessDirection(column.slice('metrics.'.length)) ?? 'higher';
}
