import type { Monitoring } from '../../mlops/monitoring/index.ts';
import { findMonitors, listScores } from '../../mlops/monitors/index.ts';
import type { Monitor } from '../../mlops/monitors/schema.ts';
import type { QualityEvidence, QualityQuestion, ReadCanaryQuality, ServedModel } from '../../mlops/serving/index.ts';
import type { Sql } from '../../platform/store/index.ts';

type Measured = Pick<Monitoring, 'measured'>['measured'];

/**
 * Quality of both sides of a canary from the labelled predictions of its endpoint, by model version. Both sides count the same cohort:
 * the predictions of one period, so that they have had equal time for labels. Metrics that are shares of predictions are supported
 * (accuracy, precision, recall); for others, and where both sides serve one version, `reason` says why there is no outcome.
 */
export function createCanaryQuality(store: Sql, measured: Measured): ReadCanaryQuality {
  return async (question) => {
    const problem = explainUnknownSides(question);
    const [served] = question.canary;
    if (problem !== null || served === undefined) return toUnknown(problem ?? 'The new revision serves no model.');
    const monitor = (await findMonitors(store)).find(({ spec }) => spec.model === served.model);
    const metric = monitor === undefined ? null : selectMetric(monitor, question.metric);
    if (monitor === undefined || metric === null) return toUnknown(explainMissing(served.model, question.metric));
    const count = (side: readonly ServedModel[]) => countSuccesses(measured, { monitor, metric, question, side });
    const [live, canary] = await Promise.all([count(question.live), count(question.canary)]);
    return { live, canary, reason: null };
  };
}

/** Predictions are logged by model and version: both sides need one model, and no common version. */
function explainUnknownSides({ live, canary }: QualityQuestion): string | null {
  const models = new Set([...live, ...canary].map(({ model }) => model));
  if (models.size > 1)
    return `The sides serve different models (${[...models].join(', ')}), which have different monitors.`;
  const common = canary.find(({ version }) => live.some((one) => one.version === version));
  return common === undefined
    ? null
    : `Both sides serve version ${common.version}, so the prediction log does not distinguish their predictions.`;
}

/** Null: the monitor does not measure this metric, or it is no share of predictions. */
function selectMetric({ spec }: Monitor, name: string | null): string | null {
  const shares = (spec.quality === undefined ? [] : listScores(spec.quality)).filter((score) => score.of === 'share');
  return shares.find(({ metric }) => name === null || metric === name)?.metric ?? null;
}

function explainMissing(model: string, metric: string | null): string {
  const wanted = metric === null ? 'a share such as accuracy' : `"${metric}" as a share of predictions`;
  return `No monitor of model "${model}" measures ${wanted}: apply a Monitor with quality.`;
}

interface SideQuestion {
  readonly monitor: Monitor;
  readonly metric: string;
  readonly question: QualityQuestion;
  readonly side: readonly ServedModel[];
}

async function countSuccesses(measured: Measured, { monitor, metric, question, side }: SideQuestion) {
  const { endpoint, start, end } = question;
  const versions = [...new Set(side.map(({ version }) => version))];
  const found = await Promise.all(
    versions.map((modelVersion) => measured(monitor, { endpoint, start, end, modelVersion })),
  );
  let [successes, n] = [0, 0];
  for (const { quality } of found) {
    const { value = null, sampleSize = 0 } = quality.find((one) => one.metric === metric) ?? {};
    successes += value === null ? 0 : Math.round(value * sampleSize);
    n += sampleSize;
  }
  return { successes, n };
}

function toUnknown(reason: string): QualityEvidence {
  const none = { successes: 0, n: 0 };
  return { live: none, canary: none, reason };
}
