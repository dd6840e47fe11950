import { CommandError } from '../frame/failure.ts';
import { type ExportPass, ORIGIN_TAG } from './export-job.ts';
import { exportModels } from './export-models.ts';
import { exportRun } from './export-run.ts';
import { experimentsOf } from './import-experiments.ts';
import { loggedModelsOf } from './import-logged-models.ts';
import { runsOf } from './import-runs.ts';
import { Created, type Experiment, ExperimentsPage, type Run, RunsPage } from './messages.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

/** Writes everything active to another server by its ordinary REST interface; a repeat adds only what is not there. */
export async function exportAll(pass: ExportPass): Promise<void> {
  for (const experiment of await wantedOf(pass)) {
    const experimentId = await ensureExperiment(pass.to, experiment);
    pass.report.experiments += 1;
    await exportRuns(pass, experiment, experimentId);
    for await (const { info } of loggedModelsOf(pass.from, experiment.experiment_id)) {
      pass.report.left.push({ what: `logged model ${info.model_id}`, reason: 'logged models are not exported yet' });
    }
  }
  if (pass.experiments.length === 0) await exportModels(pass);
}

/** The active experiments that were named, or all of them. Error: `experiment_not_found`, before anything is written. */
async function wantedOf({ from, experiments: names }: ExportPass): Promise<Experiment[]> {
  const active: Experiment[] = [];
  for await (const experiment of experimentsOf(from)) {
    if (experiment.lifecycle_stage !== 'deleted') active.push(experiment);
  }
  const missing = names.find((name) => !active.some((experiment) => experiment.name === name));
  if (missing !== undefined) throw new CommandError('experiment_not_found', `There is no experiment "${missing}".`);
  return names.length === 0 ? active : active.filter(({ name }) => names.includes(name));
}

async function ensureExperiment(to: MlflowServer, { name, tags }: Experiment): Promise<string> {
  const quote = name.includes("'") ? '"' : "'";
  const message = { filter: `name = ${quote}${name}${quote}`, max_results: 1, view_type: 'ALL' };
  const [found] = (await to.post('experiments/search', message, ExperimentsPage)).experiments;
  if (found !== undefined) return found.experiment_id;
  return (await to.post('experiments/create', { name, tags }, Created)).experiment_id;
}

async function exportRuns(pass: ExportPass, experiment: Experiment, experimentId: string): Promise<void> {
  for await (const run of runsOf(pass.from, experiment.experiment_id)) {
    if (run.info.lifecycle_stage === 'deleted') continue;
    const { exported, known } = pass.report.runs;
    pass.progress.show(`${experiment.name}: ${exported + known + 1} runs`, null);
    try {
      const there = await findExported(pass.to, experimentId, run);
      const runId = await exportRun(pass, experimentId, run, there);
      pass.runIds.set(run.info.run_id, runId);
      pass.report.runs[there === null ? 'exported' : 'known'] += 1;
    } catch (error) {
      if (!(error instanceof MlflowRefusal)) throw error;
      pass.report.left.push({ what: `run ${run.info.run_id}`, reason: error.message });
    }
  }
}

async function findExported(to: MlflowServer, experimentId: string, run: Run): Promise<Run | null> {
  const message = {
    experiment_ids: [experimentId],
    filter: `tags.\`${ORIGIN_TAG}\` = '${run.info.run_id}'`,
    max_results: 1,
    run_view_type: 'ALL',
  };
  return (await to.post('runs/search', message, RunsPage)).runs[0] ?? null;
}
