import type { ExportPass, RunWithModels } from './export-job.ts';
import { orLeft } from './import-runs.ts';
import { Nothing, OneLoggedModel, OneRun } from './messages.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

interface ModelLink {
  readonly model_id: string;
}

/** Links the runs on the other server to the logged models that they read and wrote. */
export async function exportLinks(pass: ExportPass): Promise<void> {
  for (const run of pass.runsWithModels) {
    pass.progress.show(`logged models of run ${run.idHere}`, null);
    await orLeft(pass, `logged models of run ${run.idHere}`, () => linkModels(pass, run));
  }
}

async function linkModels(pass: ExportPass, { idHere, idThere, inputs, outputs }: RunWithModels): Promise<void> {
  const there = (await pass.to.get('runs/get', { run_id: idThere }, OneRun)).run;
  const read = await modelsThere(pass, idHere, inputs);
  const made = await modelsThere(pass, idHere, outputs);
  const [newlyRead, newlyMade] = [
    missing(read, there.inputs.model_inputs),
    // MLflow's own servers accept this call only once for each model.
    missing(made, there.outputs.model_outputs),
  ];
  if (newlyRead.length > 0) await pass.to.post('runs/log-inputs', { run_id: idThere, models: newlyRead }, Nothing);
  if (newlyMade.length > 0) await pass.to.post('runs/outputs', { run_id: idThere, models: newlyMade }, Nothing);
}

/**
 * Links with the ids of the other server. Deleted models are left out; an active model that is missing there is
 * reported.
 */
async function modelsThere<T extends ModelLink>(
  { from, modelIds, report }: ExportPass,
  runId: string,
  links: readonly T[],
): Promise<T[]> {
  const found: T[] = [];
  for (const link of links) {
    const idThere = modelIds.get(link.model_id);
    if (idThere !== undefined) found.push({ ...link, model_id: idThere });
    else if (await isActive(from, link.model_id)) {
      const what = `link of run ${runId} to logged model ${link.model_id}`;
      report.left.push({ what, reason: 'that model was not written there' });
    }
  }
  return found;
}

async function isActive(from: MlflowServer, modelId: string): Promise<boolean> {
  try {
    await from.get(`logged-models/${encodeURIComponent(modelId)}`, {}, OneLoggedModel);
    return true;
  } catch (error) {
    if (error instanceof MlflowRefusal && error.status === 404) return false;
    throw error;
  }
}

function missing<T extends ModelLink>(links: readonly T[], known: readonly ModelLink[]): T[] {
  const ids = new Set(known.map((link) => link.model_id));
  return links.filter((link) => !ids.has(link.model_id));
}
