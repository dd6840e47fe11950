/** Spending of the trials of a sweep, as numbers. Floats suffice, because they steer a search and are not accounted. */
export interface Spending {
  /** Records the amount that a trial has spent. */
  report(trial: number, spent: number): void;
  /** A trial has ended. */
  end(trial: number): void;
  /**
   * True if the other trials need the money that this trial would spend from now on. Each of them is assumed to cost as
   * much as the most expensive trial has spent so far, which is the least cost of a complete trial. Example: budget
   * 100, 4 trials, one ended at 10 and one has spent 5: 85 are left, the other two need 20, so the result is false.
   */
  isNeededByOthers(trial: number): boolean;
}

interface TrialCost {
  spent: number;
  isRunning: boolean;
}

/** Creates the spending of a sweep with `trials` trials. */
export function createSpending(budget: number, trials: number): Spending {
  const costs = new Map<number, TrialCost>();
  const findCost = (trial: number): TrialCost => {
    const cost = costs.get(trial) ?? { spent: 0, isRunning: true };
    costs.set(trial, cost);
    return cost;
  };
  return {
    report: (trial, spent) => {
      findCost(trial).spent = spent;
    },
    end: (trial) => {
      findCost(trial).isRunning = false;
    },
    isNeededByOthers: (trial) => {
      const known = [...costs.values()];
      const dearest = Math.max(0, ...known.map((cost) => cost.spent));
      const others = [...costs].filter(([other, { isRunning }]) => other !== trial && isRunning);
      const rest = others.reduce((sum, [, { spent }]) => sum + Math.max(0, dearest - spent), 0);
      const spent = known.reduce((sum, cost) => sum + cost.spent, 0);
      const notStarted = trials - costs.size;
      return budget - spent < rest + notStarted * dearest;
    },
  };
}
