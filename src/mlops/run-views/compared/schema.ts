/** Runs that can be compared at a time. */
export const MAX_COMPARED_RUNS = 50;
