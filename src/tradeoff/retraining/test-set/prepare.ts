import type { TestSet } from '../../../mlops/test-sets/schema.ts';
import type { Period } from '../../../platform/units/index.ts';
import { formatInstantText } from '../../../platform/units/index.ts';
import { formatInstant, type RetrainingDeps } from '../context.ts';
import type { RetrainingRound, TimelineEntry } from '../schema.ts';
import { findRound, putRound, type StoredRetraining, type StoredRound } from '../store.ts';
import { appendEntry } from '../timeline.ts';
import { fillParams } from '../window.ts';

type RoundTest = NonNullable<RetrainingRound['test']>;

/**
 * The round with its test set, which is made once, before the run begins. Reads the lake, so call it outside a transaction.
 * A round without a test set says why; its run begins all the same, and the policy of the gate decides whether that is enough.
 */
export async function prepareTestSet(
  deps: RetrainingDeps,
  retraining: StoredRetraining,
  round: StoredRound,
): Promise<StoredRound> {
  if (round.document.test !== null) return round;
  const test = await createRoundTest(deps, retraining, round);
  return deps.store.transaction(async (sql) => {
    const now = (await findRound(sql, retraining.name, round.document.round)) ?? round;
    if (now.document.test !== null || now.document.state !== 'starting') return now;
    const tested = { ...now, document: setTest(now.document, test, formatInstant(deps.clock.now())) };
    await putRound(sql, tested);
    return tested;
  });
}

async function createRoundTest(
  deps: RetrainingDeps,
  { name, spec }: StoredRetraining,
  { document, episode }: StoredRound,
): Promise<RoundTest> {
  const { model, champion, round, startedAt } = document;
  const monitor = await deps.monitoring.monitor(deps.store, document.monitor);
  const missing = (reason: string): RoundTest => ({ set: null, reason, compared: null });
  if (champion === null) return missing(`No version is @${spec.alias}, so there is no version to compare with.`);
  if (monitor === null) return missing(`The monitor "${document.monitor}" was deleted.`);
  const version = await deps.registry.version(deps.store, model, champion);
  const set = await deps.testSets.create({
    monitor: monitor.spec,
    modelVersion: champion,
    runId: version?.runId ?? null,
    wanted: chooseTestWindow(document, episode, startedAt ?? formatInstant(deps.clock.now())),
    ...spec.test,
    source: `predictions of version ${champion}, round ${round} of retraining ${name}`,
    actor: `retraining:${name}`,
  });
  return { set, reason: set.reason, compared: null };
}

/** From the window in which an episode was found, else from the start of the training data, until the round starts. */
function chooseTestWindow({ window }: RetrainingRound, episode: StoredRound['episode'], until: string): Period {
  const start = episode?.window.start ?? window?.start ?? until;
  return { start: Date.parse(start) < Date.parse(until) ? start : formatInstant(Date.parse(until) - 1), end: until };
}

function setTest(document: RetrainingRound, test: RoundTest, at: string): RetrainingRound {
  const { start = '', end = '' } = test.set?.window ?? {};
  const evaluation = test.set?.evaluation ?? null;
  const entry: TimelineEntry = {
    at,
    step: 'test',
    text: test.set === null || test.reason !== null ? `No test set: ${test.reason}` : describeTestSet(test.set),
    evidence: evaluation === null ? [] : [{ kind: 'evaluation', id: evaluation }],
  };
  const params = fillParams(document.params, { 'test.start': start, 'test.end': end });
  return { ...document, test, params, timeline: appendEntry(document.timeline, entry) };
}

/** Example: "Test set of 1,000 predictions of version 3 from … to …: accuracy 0.61." */
function describeTestSet({ rows, modelVersion, window, outcomes }: TestSet): string {
  const period = window === null ? '' : ` from ${formatInstantText(window.start)} to ${formatInstantText(window.end)}`;
  const means = outcomes.map(({ outcome, mean }) => `${outcome} ${Number(mean.toPrecision(4))}`).join(', ');
  return `Test set of ${rows} held-out predictions of version ${modelVersion}${period}: ${means}.`;
}
