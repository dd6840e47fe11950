import type { Run } from '../src/mlops/runs/schema.ts';
import { CommandError } from './frame/failure.ts';
import { formatInstant, formatMoney } from './output/amounts.ts';
import { metricsText, metricText } from './output/metrics.ts';
import type { Column } from './output/table.ts';

/** Columns that every run has, by the names that lists, orders and files know. */
const OWN: Readonly<Record<string, (run: Run) => string | null>> = {
  run_id: (run) => run.runId,
  run_name: (run) => run.runName,
  experiment: (run) => run.experimentName,
  experiment_id: (run) => run.experimentId,
  status: (run) => run.status,
  start_time: (run) => formatInstant(run.startTime),
  end_time: (run) => (run.endTime === null ? null : formatInstant(run.endTime)),
  duration: (run) => durationText(run),
  'cost.total': ({ cost }) => formatMoney(cost.total.cost),
  'cost.currency': ({ cost }) => cost.total.cost?.currency ?? null,
  'cost.basis': ({ cost }) => cost.total.basis,
  'cost.metered': ({ cost }) => formatMoney(cost.metered.cost),
  'cost.reconciled': ({ cost }) => formatMoney(cost.reconciled.cost),
  'cost.allocated': ({ cost }) => formatMoney(cost.allocated.cost),
  'cost.gpu_hours': ({ cost }) => cost.gpuHours.hours,
  'cost.energy_kwh': ({ cost }) => numberText(cost.energy.kilowattHours),
};

const ENTITIES = ['metrics.', 'params.', 'tags.'];

/** Valid values of `--columns`, as a sentence. */
export const columnsSentence = `metrics.KEY, params.KEY, tags.KEY, ${Object.keys(OWN).join(', ')}`;

/** `a, b` as its parts. Error: `usage` for a column that no run has. */
export function readColumns(text: string): string[] {
  const columns = text.split(',').map((column) => column.trim());
  const unknown = columns.find(
    (column) => !Object.hasOwn(OWN, column) && !ENTITIES.some((entity) => column.startsWith(entity)),
  );
  if (unknown === undefined) return columns;
  throw new CommandError('usage', `Runs have no column "${unknown}". There are: ${columnsSentence}.`);
}

/** The columns asked for, each under its own name. */
export function chosenColumns(columns: readonly string[]): Column<Run>[] {
  return columns.map((column) => ({
    title: toColumnTitle(column),
    align: column.startsWith('metrics.') || column.startsWith('cost.') ? 'decimal' : 'left',
    cell: (run) => columnText(run, column),
  }));
}

/** `cost.total` -> `COST`, `cost.metered` -> `METERED`, `params.rank` -> `RANK`. */
function toColumnTitle(column: string): string {
  if (column === 'cost.total') return 'COST';
  return column.slice(column.indexOf('.') + 1).toUpperCase();
}

const LEAST_METRICS = 24;

/** Default columns of a list of runs; the experiment is included where there may be several. */
export function usualColumns(ofOneExperiment: boolean): Column<Run>[] {
  const experiment: Column<Run> = { title: 'EXPERIMENT', cell: ({ experimentName }) => experimentName, least: 10 };
  return [
    ...(ofOneExperiment ? [] : [experiment]),
    { title: 'STATUS', cell: ({ status }) => status },
    { title: 'STARTED', cell: ({ startTime }) => formatInstant(startTime), least: 20 },
    { title: 'COST', align: 'decimal', cell: ({ cost }) => formatMoney(cost.total.cost) },
    { title: 'METRICS', cell: ({ metrics }) => metricsText(metrics), least: LEAST_METRICS },
  ];
}

/** Value of a column of a run; null is unknown. */
function columnText(run: Run, column: string): string | null {
  const own = Object.hasOwn(OWN, column) ? OWN[column] : undefined;
  if (own !== undefined) return own(run);
  const key = column.slice(column.indexOf('.') + 1);
  if (column.startsWith('params.')) return run.params[key] ?? null;
  if (column.startsWith('tags.')) return run.tags[key] ?? null;
  return Object.hasOwn(run.metrics, key) ? metricText(run.metrics[key] ?? null) : null;
}

/** Seconds from start to end; null while it runs. */
function durationText({ startTime, endTime }: Run): string | null {
  return endTime === null ? null : `${(Date.parse(endTime) - Date.parse(startTime)) / 1000} s`;
}

function numberText(value: number | null): string | null {
  return value === null ? null : String(value);
}
