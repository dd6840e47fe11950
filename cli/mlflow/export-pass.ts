import { type ExportPass, ORIGIN_TAG } from './export-job.ts';
import { exportModels } from './export-models.ts';
import { exportRun } from './export-run.ts';
import { experimentsOf } from './import-experiments.ts';
import { runsOf } from './import-runs.ts';
import { Created, type Experiment, ExperimentsPage, type Run, RunsPage } from './messages.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

/** Writes everything active to another server by its ordinary REST interface; a repeat adds only what is not there. */
export async function exportAll(pass: ExportPass): Promise<void> {
  for await (const experiment of experimentsOf(pass.from)) {
    const wanted = pass.experiments.length === 0 || pass.experiments.includes(experiment.name);
    if (!wanted || experiment.lifecycle_stage === 'deleted') continue;
    const experimentId = await ensureExperiment(pass.to, experiment);
    pass.report.experiments += 1;
    await exportRuns(pass, experiment, experimentId);
  }
  if (pass.experiments.length === 0) await exportModels(pass);
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
