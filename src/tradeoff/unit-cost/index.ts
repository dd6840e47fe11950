export { type CostAtDemand, costAtDemand, type Scaling } from './at-demand.ts';
export { benchmarkCosts } from './benchmark.ts';
export { compareUnitCosts, comparisonKey } from './compare.ts';
export { HOURS_PER_MONTH, hardwareName, type MeasuredUsage, type PriceNow } from './measured-usage.ts';
export { type BusyShare, servedCosts, type Window } from './served.ts';
