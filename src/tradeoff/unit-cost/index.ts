export { type CostAtDemand, costAtDemand, type Scaling } from './at-demand.ts';
export { benchmarkCosts } from './benchmark.ts';
export { compareUnitCosts, comparisonKey } from './compare.ts';
export { hardwareName, type MeasuredUsage } from './measured-usage.ts';
export { demandPerMonth, servedCosts, type Window } from './served.ts';
