import { importExperiment } from '../../src/mlops/transfer/schema.ts';
import { CommandError } from '../frame/failure.ts';
import type { ImportPass } from './import-job.ts';
import { type Experiment, ExperimentsPage } from './messages.ts';
import { everyItem } from './paging.ts';
import type { MlflowServer } from './server.ts';

/** An experiment there, and the id that it has here. */
export interface TakenExperiment {
  readonly name: string;
  readonly idThere: string;
  readonly idHere: string;
}

const PAGE = 1000;

export async function importExperiments({
  from,
  to,
  options,
  report,
  progress,
}: ImportPass): Promise<TakenExperiment[]> {
  const wanted = new Set(options.experiments);
  const taken: TakenExperiment[] = [];
  for await (const experiment of listExperiments(from)) {
    if (wanted.size > 0 && !wanted.delete(experiment.name)) continue;
    progress.show(`experiment ${experiment.name}`, null);
    const { experimentId, outcome } = await to.call(importExperiment, {
      body: {
        source: from.url,
        experimentId: experiment.experiment_id,
        name: experiment.name,
        lifecycleStage: experiment.lifecycle_stage,
        creationTime: experiment.creation_time,
        lastUpdateTime: experiment.last_update_time,
        tags: experiment.tags,
      },
    });
    report.experiments[outcome] += 1;
    taken.push({ name: experiment.name, idThere: experiment.experiment_id, idHere: experimentId });
  }
  const [missing] = wanted;
  if (missing !== undefined) {
    const sentence = `${from.url} has no experiment "${missing}".`;
    const hint = 'Names are as they are written there, in capitals and small letters.';
    throw new CommandError('experiment_not_found', sentence, { name: missing }, { hint });
  }
  return taken;
}

/** Deleted ones too. */
export function listExperiments(server: MlflowServer): AsyncGenerator<Experiment> {
  return everyItem(async (token) => {
    const message = { max_results: PAGE, view_type: 'ALL', ...(token === '' ? {} : { page_token: token }) };
    const page = await server.post('experiments/search', message, ExperimentsPage);
    return { items: page.experiments, next: page.next_page_token };
  });
}
