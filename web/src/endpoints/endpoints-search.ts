import { z } from 'zod';

/** How far back a page looks, with the step that its charts are drawn in. */
export const RANGES = [
  { value: '1h', label: 'Last hour', ms: 3_600_000, step: '1m' },
  { value: '6h', label: 'Last 6 hours', ms: 21_600_000, step: '5m' },
  { value: '1d', label: 'Last day', ms: 86_400_000, step: '15m' },
  { value: '7d', label: 'Last 7 days', ms: 604_800_000, step: '1h' },
  { value: '30d', label: 'Last 30 days', ms: 2_592_000_000, step: '6h' },
] as const;
export type Range = (typeof RANGES)[number];
export type RangeName = Range['value'];

export const ENDPOINT_TABS = ['now', 'traffic', 'versions', 'cost', 'quality', 'setup'] as const;
export type EndpointTab = (typeof ENDPOINT_TABS)[number];

/** URL parameters of an endpoint's page. */
export const EndpointSearch = z.object({
  tab: z.enum(ENDPOINT_TABS).optional().catch(undefined),
  range: z.enum(['1h', '6h', '1d', '7d', '30d']).optional().catch(undefined),
  view: z.enum(['charts', 'table']).optional().catch(undefined),
});
export type EndpointSearch = z.infer<typeof EndpointSearch>;

export function findRange(name: RangeName): Range {
  const found = RANGES.find(({ value }) => value === name);
  if (found === undefined) throw new Error(`there is no range ${name}`);
  return found;
}
