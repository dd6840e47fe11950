import { getGpuOwners } from '../../../finops/gpu-usage/schema.ts';
import { type EndpointMetric, getEndpointMetrics } from '../../../mlops/gateway/schema.ts';
import { listEndpoints } from '../../../mlops/serving/schema.ts';
import { decimal, type Money, sumDecimals } from '../../../platform/units/index.ts';
import { countCell, hoursCell, moneyCell, ratioCell, textCell } from '../cells.ts';
import { describeUnowned, selectOwned } from '../owned.ts';
import type { SectionProvider } from '../provider.ts';
import type { ReportRow } from '../schema.ts';
import { listEnds } from '../window.ts';

const MOST_ENDPOINTS = 20;
const MOST_OWNERS = 10;

/** Traffic, errors, latency and metered cost of each endpoint. */
export const servingSection: SectionProvider = {
  id: 'serving',
  title: 'Production health',
  of: 'window',
  async build({ read, owners, window, team, now }) {
    const all = await read(listEndpoints, {});
    const { own: endpoints, unowned } = await selectOwned(team, all.endpoints, {
      name: ({ name }) => name,
      findOwner: ({ name }) => owners.ofEndpoint(name),
    });
    const since = new Date(window.start).toISOString();
    const until = new Date(Math.min(window.end, now)).toISOString();
    const rows: ReportRow[] = [];
    for (const { name } of endpoints.slice(0, MOST_ENDPOINTS)) {
      const params = { endpoint: name };
      const { points } = await read(getEndpointMetrics, { params, query: { since, until, step: '1d' } });
      rows.push(buildEndpointRow(name, points));
    }
    return {
      link: '/endpoints',
      columns: ['Endpoint', 'Requests', 'Error rate', 'Highest daily p95, ms', 'Metered cost'],
      rows,
      others: Math.max(0, endpoints.length - MOST_ENDPOINTS),
      empty: 'There is no endpoint.',
      notes: [
        'Metered cost of the replicas: usage x price, not the bill. Errors: answers of the server with 5xx or cut off.',
        ...describeUnowned(unowned, 'endpoint', 'endpoints'),
      ],
    };
  },
};

function buildEndpointRow(name: string, points: readonly EndpointMetric[]): ReportRow {
  const link = `/endpoints/${encodeURIComponent(name)}`;
  const sum = (of: (point: EndpointMetric) => number) => points.reduce((total, point) => total + of(point), 0);
  const [requests, errors] = [sum((point) => point.requests), sum((point) => point.errors)];
  const latencies = points.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs.p95]));
  const { cost, reason } = sumCosts(points);
  const isMeasured = points.length > 0;
  const why = 'not measured in the window';
  return {
    key: name,
    cells: [
      ...[textCell(name, link), countCell(isMeasured ? requests : null, link, why)],
      ratioCell(requests === 0 ? null : errors / requests, link, 'no request in the window'),
      countCell(latencies.length === 0 ? null : Math.round(Math.max(...latencies)), link, 'no answered request'),
      moneyCell(cost, link, reason),
    ],
  };
}

function sumCosts(points: readonly EndpointMetric[]): { readonly cost: Money | null; readonly reason: string | null } {
  const costs = points.flatMap(({ cost }) => (cost === null ? [] : [cost]));
  const currencies = new Set(costs.map(({ currency }) => currency));
  const [currency] = currencies;
  if (costs.length < points.length) return { cost: null, reason: 'a replica has no price' };
  if (currency === undefined) return { cost: null, reason: 'not measured in the window' };
  if (currencies.size > 1) return { cost: null, reason: 'the replicas have prices in several currencies' };
  return { cost: { amount: sumDecimals(costs.map(({ amount }) => amount)), currency }, reason: null };
}

/** GPU time by team: paid, used, idle, and the cost of the idle time. */
export const gpusSection: SectionProvider = {
  id: 'gpus',
  title: 'GPU utilization',
  of: 'window',
  async build({ read, window, team }) {
    const from = listEnds(window)[0];
    const to = new Date(window.end).toISOString().slice(0, 'YYYY-MM-DD'.length);
    const query = { by: 'team' as const, from, to, top: MOST_OWNERS, ...(team === null ? {} : { team }) };
    const found = await read(getGpuOwners, { query });
    const link = '/gpus';
    const rows = [
      ...(team === null ? [{ ...found, label: 'All', key: 'all' }] : []),
      ...found.groups.map((one) => ({ ...one, ...nameOwner(one) })),
    ];
    return {
      link,
      columns: ['Team', 'Paid GPU-hours', 'Used', 'Idle', 'Cost of idle time'],
      rows:
        found.gpuHours.paid === 0
          ? []
          : rows.map(({ key, label, gpuHours, usedShare, idleShare, cost }) => ({
              key,
              cells: [
                ...[textCell(label, link), hoursCell(gpuHours.paid, link)],
                ...[ratioCell(usedShare, link), ratioCell(idleShare, link)],
                moneyCell(readIdleCost(cost), link, cost.reason),
              ],
            })),
      others: Math.max(0, found.groupCount - MOST_OWNERS),
      empty: 'No GPU was read in the window.',
      notes:
        found.cost.unpricedGpuHours === 0
          ? []
          : [`${found.cost.unpricedGpuHours.toFixed(1)} GPU-hours without a price are in no amount.`],
    };
  },
};

function nameOwner({ key, kind }: { readonly key: string | null; readonly kind: string }) {
  const label = key ?? (kind === 'nobody' ? 'without a holder' : 'unknown owner');
  return { label, key: `${kind} ${key ?? ''}` };
}

type BucketAmounts = Readonly<Record<'idleHeld' | 'idleFree' | 'idleUnknown', string | null>>;

function readIdleCost(cost: BucketAmounts & { readonly currency: string | null }): Money | null {
  const { currency, idleHeld, idleFree, idleUnknown } = cost;
  if (currency === null || idleHeld === null || idleFree === null || idleUnknown === null) return null;
  return { amount: decimal(idleHeld).plus(idleFree).plus(idleUnknown).toFixed(), currency };
}
