import { z } from 'zod';

/** URL parameters of the page of notification routes. */
export const NotificationsSearch = z.object({
  /** The selected route. */
  route: z.string().min(1).max(250).optional().catch(undefined),
});
