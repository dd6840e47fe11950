import { type JournaledTable, LONGEST_ROW_BYTES } from '../../platform/journal/index.ts';
import { type Clock, findUnkeptCharacter } from '../../platform/units/index.ts';
import type { MonitorRules } from './monitor-rules.ts';
import { removeFields } from './redaction.ts';
import { isSampled } from './sampling.ts';
import type { Label, Prediction, Recorded } from './schema.ts';

export interface PredictionDeps {
  readonly monitors: Pick<MonitorRules, 'logRule'>;
  readonly clock: Clock;
  readonly predictions: JournaledTable;
  readonly labels: JournaledTable;
}

/** Reject a prediction or an outcome that is this far ahead of the server's clock: the sender's clock or time zone is wrong. */
const CLOCK_SKEW_MS = 24 * 3_600_000;
const SHOWN_REJECTED = 100;

/** Stores predictions by the rule of their model's monitor: a sampled share of them, without the fields to redact. */
export async function keepPredictions(deps: PredictionDeps, sent: readonly Prediction[]): Promise<Recorded> {
  const now = deps.clock.now();
  const rules = await findRules(deps, sent);
  const outcome = createOutcome();
  const rows: Record<string, unknown>[] = [];
  for (const [index, prediction] of sent.entries()) {
    const { sample, redact } = rules.get(prediction.model) ?? { sample: 1, redact: [] };
    const row = {
      ...prediction,
      predictedAt: prediction.predictedAt ?? new Date(now).toISOString(),
      inputs: JSON.stringify(removeFields(prediction.inputs, redact)),
      output: JSON.stringify(removeFields(prediction.output, redact)),
      recordedAt: new Date(now).toISOString(),
    };
    const reason = findRejection(row, row.predictedAt, now);
    if (reason !== null) reject(outcome, index, reason);
    else if (isSampled(prediction.prediction, sample)) rows.push(row);
    else outcome.sampledOut += 1;
  }
  await deps.predictions.append(rows);
  return { ...outcome, accepted: rows.length };
}

/** Keeps labels, whether their predictions are known yet or not. */
export async function keepLabels(
  deps: PredictionDeps,
  {
    model,
    labels,
    firstLine = 1,
  }: { readonly model: string; readonly labels: readonly Label[]; readonly firstLine?: number },
): Promise<Recorded> {
  const now = deps.clock.now();
  const outcome = createOutcome();
  const rows: Record<string, unknown>[] = [];
  for (const [index, { value, ...label }] of labels.entries()) {
    const row = {
      ...label,
      model,
      observedAt: label.observedAt ?? new Date(now).toISOString(),
      value: JSON.stringify(value),
      recordedAt: new Date(now).toISOString(),
    };
    const reason =
      value === null
        ? 'the label is null: omit it until it is known'
        : (explainUnkept({ ...label, value }) ?? findRejection(row, row.observedAt, now));
    if (reason === null) rows.push(row);
    else reject(outcome, index + firstLine - 1, reason);
  }
  await deps.labels.append(rows);
  return { ...outcome, accepted: rows.length };
}

/** Both together, of two parts of one file. */
export function addRecorded(one: Recorded, other: Recorded): Recorded {
  return {
    accepted: one.accepted + other.accepted,
    sampledOut: one.sampledOut + other.sampledOut,
    rejectedRows: one.rejectedRows + other.rejectedRows,
    rejected: [...one.rejected, ...other.rejected].slice(0, SHOWN_REJECTED),
  };
}

export const NOTHING_RECORDED: Recorded = { accepted: 0, sampledOut: 0, rejectedRows: 0, rejected: [] };

async function findRules({ monitors }: PredictionDeps, sent: readonly Prediction[]) {
  const models = [...new Set(sent.map(({ model }) => model))];
  const found = await Promise.all(models.map(async (model) => [model, await monitors.logRule(model)] as const));
  return new Map(found.flatMap(([model, rule]) => (rule === null ? [] : [[model, rule] as const])));
}

type Outcome = { sampledOut: number; rejectedRows: number; rejected: Recorded['rejected'] };

function createOutcome(): Outcome {
  return { sampledOut: 0, rejectedRows: 0, rejected: [] };
}

function reject(outcome: Outcome, index: number, reason: string): void {
  outcome.rejectedRows += 1;
  if (outcome.rejected.length < SHOWN_REJECTED) outcome.rejected.push({ line: index + 1, reason });
}

/** Validates a label from a file. Labels over HTTP were validated before. */
function explainUnkept(label: Record<string, unknown>): string | null {
  const unkept = findUnkeptCharacter(label);
  return unkept === null ? null : `it holds ${unkept}`;
}

function findRejection(row: Record<string, unknown>, instant: string, now: number): string | null {
  if (Date.parse(instant) > now + CLOCK_SKEW_MS) return `${instant} is in the future`;
  return findOverlong(row);
}

/** Why a row is too long to be stored; null when it is not. */
export function findOverlong(row: Readonly<Record<string, unknown>>): string | null {
  const sizeBytes = Buffer.byteLength(JSON.stringify(row));
  return sizeBytes >= LONGEST_ROW_BYTES ? `it has ${sizeBytes} bytes; at most ${LONGEST_ROW_BYTES} are kept` : null;
}
