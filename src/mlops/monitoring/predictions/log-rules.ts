import type { Store } from '../../../platform/store/index.ts';
import type { MonitorSpec } from '../monitors/schema.ts';
import { monitorOfModel } from '../monitors/store.ts';

export type LogRule = MonitorSpec['log'];

/** A monitor that was changed holds for the gateway after so long, at the latest. */
const FRESH_MS = 1_000;
/** Of models that nobody watches. */
const ALL: LogRule = { sample: 1, redact: [] };

/** What is kept of the predictions of a model, asked of the store once a second at most. */
export interface LogRules {
  of(model: string): Promise<LogRule>;
}

export function createLogRules(store: Store): LogRules {
  const known = new Map<string, { readonly rule: Promise<LogRule>; readonly until: number }>();
  return {
    of(model) {
      const now = performance.now();
      const found = known.get(model);
      if (found !== undefined && now < found.until) return found.rule;
      const rule = monitorOfModel(store, model).then((monitor) => monitor?.spec.log ?? ALL);
      known.set(model, { rule, until: now + FRESH_MS });
      // What could not be asked is asked again the next time, and never taken for "keep all".
      rule.catch(() => known.delete(model));
      return rule;
    },
  };
}
