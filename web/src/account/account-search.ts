import { z } from 'zod';

/** URL parameters of the account page. */
export const AccountSearch = z.object({
  /** The open form. */
  new: z.enum(['token']).optional().catch(undefined),
});
