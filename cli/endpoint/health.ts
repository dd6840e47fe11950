import type { ResponseOf } from '../../src/platform/contract/schema.ts';
import {
  type EndpointHealth,
  getProductionHealth,
  type HealthStatus,
  type ModelHealth,
} from '../../src/tradeoff/production-health/schema.ts';
import { command } from '../frame/command.ts';
import type { Context } from '../frame/context.ts';
import { formatCount } from '../output/amounts.ts';
import { table } from '../output/table.ts';

export const healthCommand = command({
  path: ['endpoint', 'health'],
  summary: 'Show the health of endpoints and served models, with their open alerts',
  example: `steelyard endpoint health
steelyard endpoint health --team recommendations --json`,
  needs: 'server',
  options: { team: { value: 'TEAM', describe: 'Only endpoints and models of this team' } },
  run: async (context, { team }) => {
    const answer = await (await context.client()).call(getProductionHealth, { query: { team } });
    await context.answer(answer, () => healthText(answer, context));
    return 0;
  },
});

function healthText({ headline, endpoints, models }: ResponseOf<typeof getProductionHealth>, context: Context): string {
  const parts = [headline];
  if (endpoints.length > 0) parts.push(endpointsText(endpoints, context));
  if (models.length > 0) parts.push(modelsText(models, context));
  const alerts = models.flatMap((model) => model.alerts.map(({ sentence }) => `- ${sentence}`));
  if (alerts.length > 0) parts.push(`Open alerts:\n${alerts.join('\n')}`);
  return parts.join('\n\n');
}

function endpointsText(endpoints: readonly EndpointHealth[], { paint }: Context): string {
  return table(
    endpoints,
    [
      { title: 'ENDPOINT', cell: ({ endpoint }) => endpoint },
      { title: 'STATUS', cell: ({ status }) => status, style: ({ status }) => selectStyle(status, paint) },
      {
        title: 'VERSIONS',
        cell: ({ versions }) => versions.map(({ model, version }) => `${model} v${version}`).join(', '),
      },
      { title: 'REQUESTS/DAY', cell: ({ lastDay }) => formatCount(lastDay.requests), align: 'right' },
      { title: 'ERRORS/DAY', cell: ({ lastDay }) => formatCount(lastDay.errors), align: 'right' },
      {
        title: 'P95',
        cell: ({ latencyMs }) => (latencyMs === null ? null : `${Number(latencyMs.p95.toPrecision(2))} ms`),
        align: 'right',
      },
    ],
    paint,
  );
}

function modelsText(models: readonly ModelHealth[], { paint }: Context): string {
  return table(
    models,
    [
      { title: 'MODEL', cell: ({ model }) => model },
      { title: 'STATUS', cell: ({ status }) => status, style: ({ status }) => selectStyle(status, paint) },
      { title: 'RUNNING', cell: ({ running }) => running.map(({ version }) => `v${version}`).join(', ') || null },
      {
        title: 'QUALITY',
        cell: ({ quality }) => (quality === null ? null : `${quality.metric} ${Number(quality.value.toPrecision(3))}`),
      },
      { title: 'OPEN ALERTS', cell: ({ alerts }) => formatCount(alerts.length), align: 'right' },
    ],
    paint,
  );
}

function selectStyle(status: HealthStatus, paint: Context['paint']): (text: string) => string {
  return status === 'unhealthy' ? paint.bad : (text) => text;
}
