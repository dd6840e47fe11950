import { z } from 'zod';

/** URL parameters of the overview: `months` shows the trend over all months. */
export const OverviewSearch = z.object({ trend: z.enum(['months']).optional().catch(undefined) });
