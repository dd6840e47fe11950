import type { z } from 'zod';
import { type EndpointMetric, getEndpointMetrics, STEPS, type Step } from '../../src/mlops/gateway/metrics/schema.ts';
import { UtcInstant } from '../../src/platform/units/schema.ts';
import { command } from '../frame/command.ts';
import type { Context } from '../frame/context.ts';
import { CommandError } from '../frame/failure.ts';
import { formatCount, formatInstant, formatMoney } from '../output/amounts.ts';
import { table } from '../output/table.ts';

export const metricsCommand = command({
  path: ['endpoint', 'metrics'],
  summary: 'Show traffic, errors, latency, replicas and cost of an endpoint over time, by version',
  example: `steelyard endpoint metrics ranker
steelyard endpoint metrics ranker --since 2026-11-01T00:00:00Z --step 1d`,
  needs: 'server',
  positionals: { endpoint: { describe: 'Name of the endpoint' } },
  options: {
    since: { value: 'INSTANT', describe: 'Start; default: an hour before --until' },
    until: { value: 'INSTANT', describe: 'End; default: now' },
    step: {
      value: Object.keys(STEPS).join('|'),
      describe: 'Length of a step; default: the shortest with at most 200 steps',
    },
  },
  run: async (context, { endpoint, since, until, step }) => {
    const query = { since: parseInstant('since', since), until: parseInstant('until', until), step: parseStep(step) };
    const answer = await (await context.client()).call(getEndpointMetrics, { params: { endpoint }, query });
    await context.answer(answer, () => metricsText(answer.points, context));
    if (answer.points.length === 0) await context.remark('Nothing was measured in that time.');
    return 0;
  },
});

function parseInstant(option: string, text: string | undefined): z.infer<typeof UtcInstant> | undefined {
  if (text === undefined || UtcInstant.safeParse(text).success) return text;
  throw new CommandError('invalid_request', `--${option} ${text}: write an instant such as 2026-11-01T00:00:00Z.`);
}

function parseStep(text: string | undefined): Step | undefined {
  const steps = Object.keys(STEPS) as Step[];
  const found = steps.find((step) => step === text);
  if (text === undefined || found !== undefined) return found;
  throw new CommandError('invalid_request', `--step ${text}: write one of ${steps.join(', ')}.`);
}

function metricsText(points: readonly EndpointMetric[], { paint }: Context): string {
  if (points.length === 0) return '';
  const plain = (text: string): string => text;
  const milliseconds = (value: number | undefined) => (value === undefined ? null : value.toPrecision(3));
  return table(
    points,
    [
      { title: 'AT', cell: ({ at }) => formatInstant(at) },
      { title: 'VARIANT', cell: ({ variant, model, version }) => `${variant} ${model} ${version}` },
      { title: 'REQUESTS', align: 'right', cell: ({ requests }) => formatCount(requests) },
      {
        title: 'ERRORS',
        align: 'right',
        cell: ({ errors }) => formatCount(errors),
        style: ({ errors }) => (errors > 0 ? paint.bad : plain),
      },
      { title: 'REFUSED', align: 'right', cell: ({ refused, throttled }) => formatCount(refused + throttled) },
      { title: 'P50 MS', align: 'decimal', cell: ({ latencyMs }) => milliseconds(latencyMs?.p50) },
      { title: 'P95 MS', align: 'decimal', cell: ({ latencyMs }) => milliseconds(latencyMs?.p95) },
      { title: 'P99 MS', align: 'decimal', cell: ({ latencyMs }) => milliseconds(latencyMs?.p99) },
      { title: 'REPLICAS', align: 'decimal', cell: ({ replicas }) => (replicas === null ? null : replicas.toFixed(1)) },
      { title: 'COST', align: 'decimal', cell: ({ cost }) => formatMoney(cost) },
    ],
    paint,
  );
}
