import { z } from 'zod';
import { MAX_COMPARED_RUNS } from '../../../src/mlops/run-views/compared/schema.ts';

const list = z
  .union([z.string(), z.array(z.string())])
  .transform((given) =>
    [given]
      .flat()
      .flatMap((one) => one.split(','))
      .filter((one) => one !== ''),
  )
  .optional()
  .catch(undefined);
/** Names may contain commas, so they are repeated parameters and never split. */
const names = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat())
  .optional()
  .catch(undefined);
const text = z.string().min(1).max(1000).optional().catch(undefined);
const number = z.coerce.number().optional().catch(undefined);

/** How curves are drawn; the same for every chart of a page. */
const Curves = {
  /** Horizontal axis; steps when left out. */
  axis: z.enum(['time', 'relative']).optional().catch(undefined),
  /** Weight of the moving average, 0 to 0.99. */
  smooth: z.coerce.number().min(0).max(0.99).optional().catch(undefined),
  /** `log`: a logarithmic scale upwards. */
  scale: z.enum(['log']).optional().catch(undefined),
  /** The part of the axis that is shown. */
  start: number,
  end: number,
  /** `all`: charts beyond the first few. */
  charts: z.enum(['all']).optional().catch(undefined),
  /** Metrics that are shown as figures and not as a chart. */
  figures: names,
};

export const RunTab = z.enum(['overview', 'charts', 'cost', 'artifacts', 'system', 'code']);
export type RunTab = z.infer<typeof RunTab>;

/** URL parameters of a run. */
export const RunSearch = z.object({
  tab: RunTab.optional().catch(undefined),
  ...Curves,
  /** Owner of the artifacts, if it is not the run: `model:<logged model>` or `version:<model>:<number>`. */
  of: text,
  /** Folder and file of the artifacts that are open. */
  folder: text,
  file: text,
  /** `text` shows the text of a table. */
  as: z.enum(['text']).optional().catch(undefined),
});
export type RunSearch = z.infer<typeof RunSearch>;

/** URL parameters of a comparison. */
export const RunsCompareSearch = z.object({
  ...Curves,
  /** Run ids in order: the first is the baseline of the comparison, the first seven have colours. */
  runs: list.transform((runs) => runs?.slice(0, MAX_COMPARED_RUNS)),
  /** Runs that are not drawn. */
  hide: list,
  /** The key metric, which represents quality. */
  metric: text,
  /** Axes of the parallel coordinates. */
  axes: names,
  /** Ranges on these axes: `axis~from~to`. */
  brush: names,
  x: text,
  y: text,
  /** Which way the vertical axis gets better, when its name misleads. */
  better: z.enum(['higher', 'lower']).optional().catch(undefined),
  /** `all`: values that are the same too. */
  rows: z.enum(['all']).optional().catch(undefined),
  /** Pictures that are shown as tables. */
  parallel: z.enum(['table']).optional().catch(undefined),
  scatter: z.enum(['table']).optional().catch(undefined),
});
export type RunsCompareSearch = z.infer<typeof RunsCompareSearch>;

/** Shared parameters of both pages for the curves. */
export type CurvesSearch = Pick<RunSearch, 'axis' | 'smooth' | 'scale' | 'start' | 'end' | 'charts' | 'figures'>;
