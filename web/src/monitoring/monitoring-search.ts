import { z } from 'zod';

/** How long the windows are, and how far back they go. */
export const WINDOWS = [
  { value: 'hour', label: 'By hour, 2 days', ms: 172_800_000 },
  { value: 'day', label: 'By day, 30 days', ms: 2_592_000_000 },
  { value: 'week', label: 'By week, half a year', ms: 15_724_800_000 },
  { value: 'month', label: 'By month, a year', ms: 31_622_400_000 },
] as const;
export type WindowName = (typeof WINDOWS)[number]['value'];

const text = z.string().min(1).max(500).optional().catch(undefined);

export const MONITOR_TABS = ['now', 'quality', 'drift', 'slices', 'alerts', 'setup'] as const;
export type MonitorTab = (typeof MONITOR_TABS)[number];

/** URL parameters of a monitor's page. */
export const MonitorSearch = z.object({
  tab: z.enum(MONITOR_TABS).optional().catch(undefined),
  by: z.enum(['hour', 'day', 'week', 'month']).optional().catch(undefined),
  /** Measure of quality that is drawn. */
  metric: text,
  /** The open column and window in the distribution panel. */
  column: text,
  window: text,
  /** Input for the slices. */
  slice: text,
});
export type MonitorSearch = z.infer<typeof MonitorSearch>;
