export { costAtDemand, type PlannedRate, type Scaling } from './at-demand.ts';
export { benchmarkCosts } from './benchmark.ts';
export { compareUnitCosts, comparisonKey } from './compare.ts';
export { costOfTrace, LEAST_DAYS } from './cost-of-trace.ts';
export { traceDays } from './demand-trace.ts';
export { hardwareName, type MeasuredUsage } from './measured-usage.ts';
export { demandPerMonth, servedCosts, type Window } from './served.ts';
export { benchmarkSamples, type ServiceSample } from './service-samples.ts';
