import { z } from 'zod';

export const PriceOriginSearch = z.enum(['own', 'bill', 'catalogue', 'builtIn']);

/** URL parameters of the page of prices. */
export const PricesSearch = z.object({
  /** Only prices of this origin. */
  origin: PriceOriginSearch.optional().catch(undefined),
});
