/** Whether the run is `npm run test:deep`, which draws everything. */
export const isDeep = process.env.TEST_DEEP === '1';

/** Draws of a simulation or a campaign in this run: `whole` in the deep run, else a tenth and at least one. */
export function draws(whole: number): number {
  return isDeep ? whole : Math.max(1, Math.floor(whole / 10));
}
