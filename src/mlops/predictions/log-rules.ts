import type { LogRule, MonitorRules } from './monitor-rules.ts';

/** Cache lifetime of a rule: the gateway applies a changed monitor after this time at the latest. */
const FRESH_MS = 1_000;
/** Rule for models without a monitor. */
const ALL: LogRule = { sample: 1, redact: [] };

/** The log rule of each model, read from the store once a second at most. */
export interface LogRules {
  of(model: string): Promise<LogRule>;
}

export function createLogRules(monitors: Pick<MonitorRules, 'logRule'>): LogRules {
  const known = new Map<string, { readonly rule: Promise<LogRule>; readonly until: number }>();
  return {
    of(model) {
      const now = performance.now();
      const found = known.get(model);
      if (found !== undefined && now < found.until) return found.rule;
      const rule = monitors.logRule(model).then((found) => found ?? ALL);
      known.set(model, { rule, until: now + FRESH_MS });
      // Do not cache a failed read: the next request retries it. A failure never means "keep all".
      rule.catch(() => known.delete(model));
      return rule;
    },
  };
}
