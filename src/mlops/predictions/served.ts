import type { Config } from '../../platform/config/index.ts';
import { type JournaledTable, LONGEST_ROW_BYTES } from '../../platform/journal/index.ts';
import { createLastKnown } from '../../platform/last-known/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { LogRule, MonitorRules } from './monitor-rules.ts';
import { removeFields } from './redaction.ts';
import { isSampled } from './sampling.ts';
import { findOverlong } from './service.ts';

/** Cache lifetime of a rule: the gateway applies a changed monitor after this time at the latest. */
const FRESH_MS = 1_000;
/** Rule for models without a monitor. */
const ALL: LogRule = { sample: 1, redact: [] };

/** The log rule of each model, read from the store once a second at most; the last one while the store does not respond. */
interface LogRules {
  of(model: string): Promise<LogRule>;
}

function createLogRules({ monitors, clock, config }: Pick<ServedLogDeps, 'monitors' | 'clock' | 'config'>): LogRules {
  const lastKnown = createLastKnown<LogRule>({ clock, maxAgeMs: 1000 * config.lastKnownSeconds });
  const known = new Map<string, { readonly rule: Promise<LogRule>; readonly until: number }>();
  return {
    of(model) {
      const now = performance.now();
      const found = known.get(model);
      if (found !== undefined && now < found.until) return found.rule;
      const rule = lastKnown.read(model, async () => (await monitors.logRule(model)) ?? ALL);
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
  /**
   * Stores answers of shadow variants to copies of requests whose predictions are stored: the sample rate was applied to those. Fields that
   * the monitor of either model redacts are not stored. The same limit of size and durability as `keep`.
   */
  keepShadows(answers: readonly ShadowAnswer[]): Promise<void>;
}

/** The answer of a shadow variant to a copy of a request. */
export interface ShadowAnswer {
  /** With the id, entity and time of the prediction that the client got, and the model, version and variant of the shadow. */
  readonly answer: AnsweredPrediction;
  /** Model of the prediction that the client got. */
  readonly predictionModel: string;
}

/**
 * Texts up to this length certainly fit into a row: a character takes six bytes at most, and the other columns take less
 * than 10,000 characters.
 */
const SURELY_SHORT = LONGEST_ROW_BYTES / 6 - 10_000;

interface ServedLogDeps {
  readonly monitors: Pick<MonitorRules, 'logRule'>;
  readonly clock: Clock;
  readonly config: Pick<Config, 'lastKnownSeconds'>;
  readonly predictions: Pick<JournaledTable, 'append'>;
  readonly shadows: Pick<JournaledTable, 'append'>;
}

export function createServedLog(deps: ServedLogDeps): ServedLog {
  const { clock, predictions, shadows } = deps;
  const rules = createLogRules(deps);
  const findRules = async (models: readonly string[]) =>
    new Map(await Promise.all([...new Set(models)].map(async (model) => [model, await rules.of(model)] as const)));
  return {
    async keep(answered) {
      const ruleOf = await findRules(answered.map(({ model }) => model));
      const recordedAt = new Date(clock.now()).toISOString();
      const rows: Record<string, unknown>[] = [];
      const outcomes = answered.map((one) => {
        const rule = ruleOf.get(one.model) ?? ALL;
        if (!isSampled(one.prediction, rule.sample)) return 'sampledOut';
        const { row, isWhole } = fitPredictionRow(one, rule.redact, recordedAt);
        rows.push(row);
        return isWhole ? 'kept' : 'withoutContent';
      });
      await predictions.append(rows);
      return outcomes;
    },
    async keepShadows(answers) {
      const ruleOf = await findRules(answers.flatMap(({ answer, predictionModel }) => [answer.model, predictionModel]));
      const recordedAt = new Date(clock.now()).toISOString();
      const rows = answers.map(({ answer, predictionModel }) => {
        const models = new Set([answer.model, predictionModel]);
        const redact = [...models].flatMap((model) => ruleOf.get(model)?.redact ?? []);
        return fitPredictionRow(answer, redact, recordedAt).row;
      });
      await shadows.append(rows);
    },
  };
}

/** The row to store; above the size limit of the log, without its inputs and output. */
function fitPredictionRow(answered: AnsweredPrediction, redact: LogRule['redact'], recordedAt: string) {
  const row = toPredictionRow(answered, redact, recordedAt);
  const isLong = row.inputs.length + row.output.length > SURELY_SHORT && findOverlong(row) !== null;
  return isLong ? { row: { ...row, inputs: '{}', output: 'null' }, isWhole: false } : { row, isWhole: true };
}

function toPredictionRow(answered: AnsweredPrediction, redact: LogRule['redact'], recordedAt: string) {
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
