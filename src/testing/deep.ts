/** Whether this is `npm run test:deep`: every draw of every simulation, every kill of every campaign. */
export const isDeep = process.env.TEST_DEEP === '1';

/** How many of `whole` draws to make: all of them in `npm run test:deep`, otherwise a tenth, and `least` at the very least. */
export function draws(whole: number, least = 1): number {
  return isDeep ? whole : Math.min(whole, Math.max(least, Math.ceil(whole / 10)));
}
