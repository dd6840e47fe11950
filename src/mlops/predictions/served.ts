import { type JournaledTable, LONGEST_ROW_BYTES } from '../../platform/journal/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { LogRule, MonitorRules } from './monitor-rules.ts';
import { removeFields } from './redaction.ts';
import { isSampled } from './sampling.ts';
import { findOverlong } from './service.ts';

/** Cache lifetime of a rule: the gateway applies a changed monitor after this time at the latest. */
const FRESH_MS = 1_000;
/** Rule for models without a monitor. */
const ALL: LogRule = { sample: 1, redact: [] };

/** The log rule of each model, read from the store once a second at most. */
interface LogRules {
  of(model: string): Promise<LogRule>;
}

function createLogRules(monitors: Pick<MonitorRules, 'logRule'>): LogRules {
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

/** A prediction that the gateway has answered; unknown fields are null. */
export interface AnsweredPrediction {
  readonly prediction: string;
  readonly model: string;
  /** ISO 8601 in UTC, and not ahead of the clock. */
  readonly predictedAt: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly output: unknown;
  readonly [column: string]: unknown;
}

/** The prediction log for the gateway: rows that are known to be sound, thousands a second. */
export interface ServedLog {
  /**
   * Stores rows by the rules of their models' monitors, all or none, and returns the outcome of each, in their order. A row
   * above the size limit of the log is stored without its inputs and output. Resolves when the rows are as durable as
   * `predictionFsync` promises.
   */
  keep(predictions: readonly AnsweredPrediction[]): Promise<readonly ('kept' | 'withoutContent' | 'sampledOut')[]>;
}

/**
 * Texts up to this length certainly fit into a row: a character takes six bytes at most, and the other columns take less
 * than 10,000 characters.
 */
const SURELY_SHORT = LONGEST_ROW_BYTES / 6 - 10_000;

interface ServedLogDeps {
  readonly monitors: Pick<MonitorRules, 'logRule'>;
  readonly clock: Clock;
  readonly predictions: Pick<JournaledTable, 'append'>;
}

export function createServedLog({ monitors, clock, predictions }: ServedLogDeps): ServedLog {
  const rules = createLogRules(monitors);
  return {
    async keep(answered) {
      const models = [...new Set(answered.map(({ model }) => model))];
      const ruleOf = new Map(await Promise.all(models.map(async (model) => [model, await rules.of(model)] as const)));
      const recordedAt = new Date(clock.now()).toISOString();
      const rows: Record<string, unknown>[] = [];
      const outcomes = answered.map((one) => {
        const rule = ruleOf.get(one.model) ?? { sample: 1, redact: [] };
        if (!isSampled(one.prediction, rule.sample)) return 'sampledOut';
        const row = toPredictionRow(one, rule, recordedAt);
        const isLong = row.inputs.length + row.output.length > SURELY_SHORT && findOverlong(row) !== null;
        rows.push(isLong ? { ...row, inputs: '{}', output: 'null' } : row);
        return isLong ? 'withoutContent' : 'kept';
      });
      await predictions.append(rows);
      return outcomes;
    },
  };
}

function toPredictionRow(answered: AnsweredPrediction, { redact }: LogRule, recordedAt: string) {
  const inputs = toKeptJson(removeFields(answered.inputs, redact));
  const output = toKeptJson(removeFields(answered.output, redact) ?? null);
  const columns = Object.entries(answered).map(([column, value]) => [column, toKeptText(value)] as const);
  return { ...answered, ...Object.fromEntries(columns), inputs, output, recordedAt };
}

/** Replaces half a surrogate pair with U+FFFD in the log. The model receives the text unchanged. */
function toKeptText(value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

function toKeptJson(value: unknown): string {
  // Only half a pair is escaped so; a backslash in a text is escaped itself, and is passed over together with it.
  return JSON.stringify(value).replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (escaped) =>
    escaped.startsWith('\\ud') ? '\ufffd' : escaped,
  );
}
