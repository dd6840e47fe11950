import { Readable } from 'node:stream';
import { formatCsvLine } from '../../../platform/csv/index.ts';
import type { Run } from '../../runs/schema.ts';

/** Columns that every run has, as lists and orders name them. */
const OWN: Readonly<Record<string, (run: Run) => string | null>> = {
  run_id: (run) => run.runId,
  run_name: (run) => run.runName,
  experiment: (run) => run.experimentName,
  experiment_id: (run) => run.experimentId,
  status: (run) => run.status,
  start_time: (run) => run.startTime,
  end_time: (run) => run.endTime,
  duration: (run) => computeDurationSeconds(run),
  'cost.total': (run) => run.cost.total.cost?.amount ?? null,
  'cost.currency': (run) => run.cost.total.cost?.currency ?? null,
  'cost.basis': (run) => run.cost.total.basis,
  'cost.metered': (run) => run.cost.metered.cost?.amount ?? null,
  'cost.reconciled': (run) => run.cost.reconciled.cost?.amount ?? null,
  'cost.allocated': (run) => run.cost.allocated.cost?.amount ?? null,
  'cost.gpu_hours': (run) => run.cost.gpuHours.hours,
  'cost.energy_kwh': (run) => formatNumber(run.cost.energy.kilowattHours),
};

const USUAL = ['run_id', 'run_name', 'experiment', 'status', 'start_time', 'end_time', 'cost.total', 'cost.currency'];

/** The columns of a file: run id first, so that a line can be found again; an unknown column stays empty. */
export function selectCsvColumns(columns: readonly string[] | undefined): string[] {
  const chosen = columns ?? USUAL;
  const money = chosen.some((column) => column.startsWith('cost.')) ? ['cost.currency'] : [];
  return [...new Set(['run_id', ...chosen, ...money])];
}

/** Runs as CSV, page after page: memory does not grow with their number. */
export function streamCsv(columns: readonly string[], pages: AsyncIterable<readonly Run[]>): Readable {
  async function* lines() {
    yield formatCsvLine(columns);
    for await (const runs of pages) {
      yield runs.map((run) => formatCsvLine(columns.map((column) => readCell(run, column)))).join('');
    }
  }
  return Readable.from(lines());
}

export function readCell(run: Run, column: string): string | null {
  const own = Object.hasOwn(OWN, column) ? OWN[column] : undefined;
  if (own !== undefined) return own(run);
  const [entity, key] = [column.slice(0, column.indexOf('.')), column.slice(column.indexOf('.') + 1)];
  if (entity === 'params') return run.params[key] ?? null;
  if (entity === 'tags') return run.tags[key] ?? null;
  if (entity !== 'metrics' || !Object.hasOwn(run.metrics, key)) return null;
  return formatNumber(run.metrics[key] ?? null) ?? 'NaN';
}

function formatNumber(value: number | null): string | null {
  return value === null ? null : String(value);
}

function computeDurationSeconds(run: Run): string | null {
  return run.endTime === null ? null : String((Date.parse(run.endTime) - Date.parse(run.startTime)) / 1000);
}
