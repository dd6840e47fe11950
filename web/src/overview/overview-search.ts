import { z } from 'zod';

/** What the address of the overview says: `months` shows the trend over all months. */
export const OverviewSearch = z.object({ trend: z.enum(['months']).optional().catch(undefined) });
