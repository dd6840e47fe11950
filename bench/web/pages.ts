import { listDeliveries } from '../../src/finops/billing/schema.ts';
import { buildUrl, type Endpoint, type ResponseOf } from '../../src/platform/contract/schema.ts';
import { listDecisions } from '../../src/tradeoff/decisions/schema.ts';
import { Connection } from '../http-load.ts';

export interface MeasuredPage {
  readonly name: string;
  /** Path and query. */
  readonly address: string;
}

const STATIC_PAGES: readonly MeasuredPage[] = [
  { name: 'Overview', address: '/' },
  { name: 'Decisions', address: '/decisions' },
  { name: 'Costs', address: '/costs' },
  { name: 'Bill rows', address: '/costs?view=rows' },
  { name: 'Budgets', address: '/budgets' },
  { name: 'Budget', address: '/budgets/search' },
  { name: 'Forecasts', address: '/forecasts' },
  { name: 'Anomalies', address: '/anomalies' },
  { name: 'Savings', address: '/recommendations' },
  { name: 'Allocation', address: '/allocation' },
  { name: 'Statements', address: '/statements' },
  { name: 'Bills', address: '/deliveries' },
  { name: 'Experiments', address: '/experiments' },
  { name: 'Registry', address: '/models' },
  { name: 'Model', address: '/models/ranker' },
  { name: 'Pipelines', address: '/pipelines' },
  { name: 'Retraining', address: '/retraining' },
  { name: 'Trade-offs', address: '/trade-offs' },
  { name: 'Returns', address: '/returns' },
  { name: 'Optimizations', address: '/optimizations' },
  { name: 'Reports', address: '/reports' },
  { name: 'Endpoints', address: '/endpoints' },
  { name: 'Endpoint', address: '/endpoints/home-feed' },
  { name: 'Monitoring', address: '/monitoring' },
  { name: 'Monitor', address: '/monitoring/home-feed' },
  { name: 'GPUs', address: '/gpus' },
];

/** Pages that exist only in the data at scale. */
const SCALE_PAGES: readonly MeasuredPage[] = [
  { name: 'Runs, 100,000', address: '/experiments/7007' },
  { name: 'Monitor, 10 million predictions', address: '/monitoring/fraud-scoring' },
];

/** Addresses of the pages. `month`: the month of the large bill, which the pages with a period show; null: the month that they choose. */
export async function listPages(url: string, month: string | null): Promise<MeasuredPage[]> {
  using connection = new Connection();
  const ask = async <E extends Endpoint>(endpoint: E): Promise<ResponseOf<E>> =>
    endpoint.response.parse(
      await connection.json({ method: 'GET', url: `${url}${buildUrl(endpoint, {})}` }),
    ) as ResponseOf<E>;
  const { decisions } = await ask(listDecisions);
  const { deliveries } = await ask(listDeliveries);
  const [decision] = decisions;
  const delivery = deliveries.at(-1);
  const pages = [
    ...STATIC_PAGES,
    ...(decision === undefined ? [] : [{ name: 'Decision', address: `/decisions/${decision.decision}` }]),
    ...(delivery === undefined ? [] : [{ name: 'Delivery', address: `/deliveries/${delivery.delivery}` }]),
    ...(month === null ? [] : SCALE_PAGES),
  ];
  return month === null ? pages : pages.map((page) => ({ ...page, address: addMonth(page.address, month) }));
}

function addMonth(address: string, month: string): string {
  return `${address}${address.includes('?') ? '&' : '?'}period=${month}`;
}
