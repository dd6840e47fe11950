/** What the trials of a sweep have spent, as numbers: it decides about a search, not about money. */
export interface Spending {
  /** A trial has spent so much. */
  report(trial: number, spent: number): void;
  /** A trial has ended; `isWhole`: it ran to its end. */
  end(trial: number, isWhole: boolean): void;
  /**
   * Whether the other trials need the money that a trial would spend from now on: each of them takes as much as the dearest trial that ran to its end.
   * True while none has, because the cost of a whole trial is not known. Example: budget 100, 4 trials, one ended at 10 and one has spent 5: 85 are left,
   * the other two need 20, so that it is false.
   */
  isNeededByOthers(trial: number): boolean;
}

interface TrialCost {
  spent: number;
  isRunning: boolean;
  isWhole: boolean;
}

/** The spending of a sweep of so many trials. */
export function createSpending(budget: number, trials: number): Spending {
  const costs = new Map<number, TrialCost>();
  const costOf = (trial: number): TrialCost => {
    const cost = costs.get(trial) ?? { spent: 0, isRunning: true, isWhole: false };
    costs.set(trial, cost);
    return cost;
  };
  return {
    report: (trial, spent) => {
      costOf(trial).spent = spent;
    },
    end: (trial, isWhole) => {
      Object.assign(costOf(trial), { isRunning: false, isWhole });
    },
    isNeededByOthers: (trial) => {
      const known = [...costs.values()];
      const whole = known.flatMap(({ isWhole, spent }) => (isWhole ? [spent] : []));
      if (whole.length === 0) return true;
      const dearest = Math.max(...whole);
      const others = [...costs].filter(([other, { isRunning }]) => other !== trial && isRunning);
      const rest = others.reduce((sum, [, { spent }]) => sum + Math.max(0, dearest - spent), 0);
      const spent = known.reduce((sum, cost) => sum + cost.spent, 0);
      const unbegun = trials - costs.size;
      return budget - spent < rest + unbegun * dearest;
    },
  };
}
