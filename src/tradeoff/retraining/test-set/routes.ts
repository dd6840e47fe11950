import type { MonitorSpec } from '../../../mlops/monitors/schema.ts';
import type { TestSet } from '../../../mlops/test-sets/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { handle, handleDownload, type Route } from '../../../platform/http/index.ts';
import type { RetrainingDeps } from '../context.ts';
import type { RetrainingRound } from '../schema.ts';
import { requireRound } from '../service.ts';
import { exportRoundTestSet, exportRoundTrainingSet, scoreRoundAnswers } from './schema.ts';

const LINES = 'application/x-ndjson';

export function createTestSetRoutes(deps: RetrainingDeps): Route[] {
  const { testSets } = deps;
  return [
    handleDownload(exportRoundTestSet, async ({ params: { retraining, round }, query: { labels } }) => {
      const { monitor, testSet } = await requireTestSet(deps, retraining, round);
      const content = await testSets.examples({ monitor, testSet, withLabels: labels });
      return { contentType: LINES, filename: `${retraining}-${round}-test.jsonl`, content };
    }),
    handleDownload(exportRoundTrainingSet, async ({ params: { retraining, round } }) => {
      const { monitor, document } = await requireBegun(deps, retraining, round);
      const window = document.window ?? document.test.set?.wanted;
      if (window === undefined) throw createMissing(document);
      // Without a test set nothing is held out.
      const testSet = document.test.set ?? { heldOut: 0, knownAt: document.startedAt ?? window.end };
      const content = await testSets.trainingRows({ monitor, window, testSet });
      return { contentType: LINES, filename: `${retraining}-${round}-training.jsonl`, content };
    }),
    handle(scoreRoundAnswers, async ({ params: { retraining, round, runId }, stream, actor }) => {
      const { monitor, testSet } = await requireTestSet(deps, retraining, round);
      const source = `answers to the test set of round ${round} of retraining ${retraining}`;
      return testSets.score({ monitor, testSet, runId, content: stream, source, actor });
    }),
  ];
}

type BegunRound = RetrainingRound & { readonly test: NonNullable<RetrainingRound['test']> };

/** Errors: `retraining_round_not_found`, `monitor_not_found`, `test_set_missing`. */
async function requireBegun(
  { store, monitoring }: RetrainingDeps,
  retraining: string,
  round: number,
): Promise<{ readonly monitor: MonitorSpec; readonly document: BegunRound }> {
  const { document } = await requireRound(store, retraining, round);
  const { test } = document;
  if (test === null) throw createMissing(document);
  const monitor = await monitoring.monitor(store, document.monitor);
  if (monitor === null) {
    const detail = `The monitor "${document.monitor}" of retraining "${retraining}" was deleted.`;
    throw new AppError('monitor_not_found', detail, { monitor: document.monitor });
  }
  return { monitor: monitor.spec, document: { ...document, test } };
}

async function requireTestSet(
  deps: RetrainingDeps,
  retraining: string,
  round: number,
): Promise<{ readonly monitor: MonitorSpec; readonly testSet: TestSet }> {
  const { monitor, document } = await requireBegun(deps, retraining, round);
  const { set, reason } = document.test;
  if (set === null || set.evaluation === null) throw createMissing(document, reason);
  return { monitor, testSet: set };
}

function createMissing({ retraining, round, state }: RetrainingRound, reason: string | null = null): AppError {
  const why = reason ?? `It is ${state.replace('_', ' ')}; a test set is made when the run of a round begins.`;
  const detail = `Round ${round} of "${retraining}" has no test set. ${why}`;
  return new AppError('test_set_missing', detail, { retraining, round });
}
