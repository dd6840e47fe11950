import type { ExperimentActivity } from '../../../src/mlops/run-views/run-table/schema.ts';
import type { Experiment } from '../../../src/mlops/runs/schema.ts';
import type { Comparators } from '../table/use-sorted.ts';

/** Ascending orders of the table of experiments by column; unknown figures are smallest, sums of several currencies unknown. */
export function buildExperimentOrders(activity: readonly ExperimentActivity[]): Comparators<Experiment> {
  const byId = new Map(activity.map((one) => [one.experimentId, one]));
  const figure = (read: (of: ExperimentActivity) => number | undefined) => (a: Experiment, b: Experiment) => {
    const [left = 0, right = 0] = [a, b].map(({ experimentId }) => {
      const of = byId.get(experimentId);
      return (of === undefined ? undefined : read(of)) ?? Number.NEGATIVE_INFINITY;
    });
    return left === right ? 0 : left < right ? -1 : 1;
  };
  const status = ({ experimentId }: Experiment) => byId.get(experimentId)?.lastStatus ?? '';
  return {
    name: (a, b) => a.name.localeCompare(b.name),
    runs: figure(({ runs }) => runs),
    last: figure(({ lastRunAt }) => (lastRunAt === null ? undefined : Date.parse(lastRunAt))),
    status: (a, b) => status(a).localeCompare(status(b)),
    best: figure(({ best }) => best?.value),
    cost: figure(({ cost }) => (cost.costs.length === 1 ? Number(cost.costs[0]?.amount) : undefined)),
  };
}
