import { importLoggedModel, listImported, recordImported } from '../../src/mlops/transfer/schema.ts';
import { computeFingerprint } from './fingerprint.ts';
import { importArtifacts } from './import-artifacts.ts';
import type { TakenExperiment } from './import-experiments.ts';
import type { ImportPass } from './import-job.ts';
import { orLeft, sendMetrics } from './import-runs.ts';
import { type LoggedModel, LoggedModelsPage, type Metric } from './messages.ts';
import { everyItem, inGroups } from './paging.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

const MODELS_A_PAGE = 100;

/** Takes over the logged models of an experiment that are new or changed there. Servers before MLflow 3 have none. */
export async function importLoggedModels(pass: ImportPass, experiment: TakenExperiment): Promise<void> {
  const { from, to, report, options } = pass;
  for await (const group of inGroups(listLoggedModels(from, experiment.idThere), MODELS_A_PAGE)) {
    const ids = group.map(({ info }) => info.model_id);
    const { known } = await to.call(listImported, { body: { source: from.url, kind: 'logged-model', ids } });
    for (const model of group) {
      const { model_id: id } = model.info;
      const fingerprint = computeFingerprint(model);
      if (known[id] === fingerprint && !options.verify) {
        report.loggedModels.unchanged += 1;
        continue;
      }
      await orLeft(pass, `logged model ${id}`, async () => {
        await importOne(pass, experiment, model);
        await to.call(recordImported, { body: { source: from.url, kind: 'logged-model', id, fingerprint } });
        report.loggedModels.imported += 1;
      });
    }
  }
}

async function importOne(pass: ImportPass, experiment: TakenExperiment, { info, data }: LoggedModel): Promise<void> {
  await pass.to.call(importLoggedModel, {
    body: {
      source: pass.from.url,
      modelId: info.model_id,
      experimentId: experiment.idHere,
      name: info.name,
      modelType: info.model_type || null,
      sourceRunId: info.source_run_id || null,
      status: statuses[info.status],
      creationTimestamp: info.creation_timestamp_ms,
      lastUpdatedTimestamp: info.last_updated_timestamp_ms,
      params: data.params,
      tags: info.tags,
    },
  });
  const byRun = Map.groupBy(data.metrics, (metric) => metric.run_id ?? info.source_run_id ?? '');
  for (const [runId, metrics] of byRun) {
    if (runId !== '')
      await sendMetrics(
        pass,
        runId,
        metrics.map((metric) => ofModel(metric, info.model_id)),
      );
  }
  if (pass.options.artifacts) await importArtifacts(pass, 'logged-model', info.model_id);
}

function ofModel(metric: Metric, modelId: string): Metric {
  return { ...metric, model_id: modelId };
}

const statuses = {
  LOGGED_MODEL_PENDING: 'PENDING',
  LOGGED_MODEL_READY: 'READY',
  LOGGED_MODEL_UPLOAD_FAILED: 'UPLOAD_FAILED',
} as const;

export function listLoggedModels(server: MlflowServer, experimentId: string): AsyncGenerator<LoggedModel> {
  return everyItem(async (token) => {
    const message = {
      experiment_ids: [experimentId],
      max_results: MODELS_A_PAGE,
      ...(token === '' ? {} : { page_token: token }),
    };
    try {
      const page = await server.post('logged-models/search', message, LoggedModelsPage);
      return { items: page.models, next: page.next_page_token };
    } catch (error) {
      if (error instanceof MlflowRefusal && error.status === 404) return { items: [], next: '' };
      throw error;
    }
  });
}
