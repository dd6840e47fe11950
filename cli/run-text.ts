import type { Run } from '../src/mlops/runs/schema.ts';
import type { Context } from './frame/context.ts';
import { formatInstant, formatMoney } from './output/amounts.ts';
import { metricText } from './output/metrics.ts';
import { facts } from './output/table.ts';
import { subjectText } from './usage.ts';

type Pairs = readonly (readonly [string, string | null])[];

/** A run with its cost by each record there is, its metrics, params and tags. */
export function runText(run: Run, { paint }: Context): string {
  const parts: readonly [title: string, pairs: Pairs][] = [
    ['Cost', costPairs(run.cost)],
    ['Metrics', byName(Object.entries(run.metrics).map(([name, value]) => [name, metricText(value)]))],
    ['Params', byName(Object.entries(run.params))],
    ['Tags', byName(Object.entries(run.tags))],
  ];
  const visible = parts
    .filter(([, pairs]) => pairs.length > 0)
    .map(([title, pairs]) => `${paint.heading(title)}\n${facts(pairs, paint)}`);
  return [facts(headPairs(run), paint), ...visible].join('\n\n');
}

function headPairs(run: Run): Pairs {
  return [
    ['run', run.runId],
    ['name', run.runName],
    ['experiment', `${run.experimentName} (${run.experimentId})`],
    ['status', run.status],
    ['started', formatInstant(run.startTime)],
    ['ended', run.endTime === null ? null : formatInstant(run.endTime)],
    ['subject', subjectText(run.subject)],
  ];
}

function costPairs({ total, metered, reconciled, allocated, gpuHours, energy, ...cost }: Run['cost']): Pairs {
  const { kilowattHours } = energy;
  const { hardware, priceSources } = cost;
  return [
    ['total', figureText(formatMoney(total.cost), total.reason, total.basis)],
    ['metered', figureText(formatMoney(metered.cost), metered.reason)],
    ['reconciled', figureText(formatMoney(reconciled.cost), reconciled.reason)],
    ['allocated', figureText(formatMoney(allocated.cost), allocated.reason)],
    ['GPU-hours', figureText(gpuHours.hours, gpuHours.reason)],
    ['energy', figureText(kilowattHours === null ? null : `${metricText(kilowattHours)} kWh`, energy.reason)],
    ['hardware', hardware.map(({ resource, quantity }) => `${quantity} x ${resource}`).join(', ') || null],
    ['prices', priceSources.join('; ') || null],
  ];
}

/** The figure with its basis and its exclusions, or the reason why it is unknown. */
function figureText(figure: string | null, reason: string | null, basis: string | null = null): string {
  if (figure === null) return `unknown: ${reason ?? 'not measured'}`;
  const leftOut = reason === null ? null : `leaves out: ${reason}`;
  return [figure, basis, leftOut].filter((part) => part !== null).join(', ');
}

function byName(pairs: Pairs): Pairs {
  return pairs.toSorted(([left], [right]) => (left < right ? -1 : 1));
}
