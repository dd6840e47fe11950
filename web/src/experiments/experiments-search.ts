import { z } from 'zod';
import type { RunView } from '../../../src/mlops/runs/schema.ts';

const list = z
  .union([z.string().transform((one) => [one]), z.array(z.string())])
  .optional()
  .catch(undefined);
const text = (most: number) => z.string().min(1).max(most).optional().catch(undefined);

/** URL parameters of the list of experiments. */
export const ExperimentsSearch = z.object({
  /** A part of the names that are listed. */
  name: text(500),
  view: z
    .enum(['deleted'] satisfies RunView[])
    .optional()
    .catch(undefined),
  /** The metric whose best value is shown, and its direction. */
  metric: text(250),
  goal: z.enum(['lowest']).optional().catch(undefined),
});
export type ExperimentsSearch = z.infer<typeof ExperimentsSearch>;

export const AGES = ['1h', '24h', '7d', '30d'] as const;
export const STATUSES = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;

/** URL parameters of a table of runs; the team is a parameter of the frame. */
export const RunsSearch = z.object({
  /** A filter in MLflow's grammar. */
  filter: text(20_000),
  status: z.enum(STATUSES).optional().catch(undefined),
  /** Runs that started within this time. */
  since: z.enum(AGES).optional().catch(undefined),
  /** Active runs when left out. */
  view: z
    .enum(['deleted', 'all'] satisfies RunView[])
    .optional()
    .catch(undefined),
  /** `metrics.ndcg` for the smallest first, `-metrics.ndcg` for the largest first. */
  sort: text(300),
  /** Columns in order, when they are not the usual ones. */
  columns: list,
  /** The pinned columns. */
  pin: list,
  /** `params.KEY`, `tags.KEY` or `status`: the runs are grouped by it. */
  group: z
    .string()
    .max(300)
    .regex(/^(status|params\..+|tags\..+)$/)
    .optional()
    .catch(undefined),
  /** Metric that compares the groups. */
  metric: text(250),
});
export type RunsSearch = z.infer<typeof RunsSearch>;
