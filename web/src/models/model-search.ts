import { z } from 'zod';

export const ModelTab = z.enum(['scorecard', 'frontier', 'versions', 'evaluations', 'decisions', 'used', 'setup']);
export type ModelTab = z.infer<typeof ModelTab>;

/** URL parameters of a model's page: the tab, and the key metric for its quality. */
export const ModelSearch = z.object({
  tab: ModelTab.optional().catch(undefined),
  metric: z.string().min(1).optional().catch(undefined),
});

export const VersionTab = z.enum(['overview', 'metrics', 'costs', 'lineage', 'setup']);
export type VersionTab = z.infer<typeof VersionTab>;

/** URL parameters of a version's page. */
export const VersionSearch = z.object({ tab: VersionTab.optional().catch(undefined) });
