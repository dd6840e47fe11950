import { CommandError } from '../frame/failure.ts';
import { type ExportPass, ORIGIN_TAG, type WrittenExperiment } from './export-job.ts';
import { exportLinks } from './export-links.ts';
import { exportLoggedModels, keepsLoggedModels, leaveLoggedModels } from './export-logged-models.ts';
import { exportModels } from './export-models.ts';
import { exportRun } from './export-run.ts';
import { listExperiments } from './import-experiments.ts';
import { listRuns, orLeft } from './import-runs.ts';
import { Created, type Experiment, ExperimentsPage, type Run, RunsPage } from './messages.ts';
import type { MlflowServer } from './server.ts';

/** Writes all active entities to another server by its public REST API; a repeat adds only missing entities. */
export async function exportAll(pass: ExportPass): Promise<void> {
  const written: WrittenExperiment[] = [];
  for (const { name, experiment_id: idHere, tags } of await listWanted(pass)) {
    const experiment = { name, idHere, idThere: await ensureExperiment(pass.to, { name, tags }) };
    pass.report.experiments += 1;
    await exportRuns(pass, experiment);
    written.push(experiment);
  }
  await exportModelVersions(pass, written);
  if (pass.experiments.length === 0) await exportModels(pass);
}

/** After all runs, because a logged model has a source run, and metrics from runs of any experiment. */
async function exportModelVersions(pass: ExportPass, experiments: readonly WrittenExperiment[]): Promise<void> {
  const [first] = experiments;
  if (first === undefined) return;
  const isKept = await keepsLoggedModels(pass.to, first.idThere);
  for (const experiment of experiments) await (isKept ? exportLoggedModels : leaveLoggedModels)(pass, experiment);
  if (isKept) await exportLinks(pass);
}

/** The named active experiments, or all of them. Error: `experiment_not_found`, before the first write. */
async function listWanted({ from, experiments: names }: ExportPass): Promise<Experiment[]> {
  const active: Experiment[] = [];
  for await (const experiment of listExperiments(from)) {
    if (experiment.lifecycle_stage !== 'deleted') active.push(experiment);
  }
  const missing = names.find((name) => !active.some((experiment) => experiment.name === name));
  if (missing !== undefined) throw new CommandError('experiment_not_found', `There is no experiment "${missing}".`);
  return names.length === 0 ? active : active.filter(({ name }) => names.includes(name));
}

async function ensureExperiment(to: MlflowServer, { name, tags }: Pick<Experiment, 'name' | 'tags'>): Promise<string> {
  const quote = name.includes("'") ? '"' : "'";
  const message = { filter: `name = ${quote}${name}${quote}`, max_results: 1, view_type: 'ALL' };
  const [found] = (await to.post('experiments/search', message, ExperimentsPage)).experiments;
  if (found !== undefined) return found.experiment_id;
  return (await to.post('experiments/create', { name, tags }, Created)).experiment_id;
}

async function exportRuns(pass: ExportPass, experiment: WrittenExperiment): Promise<void> {
  for await (const run of listRuns(pass.from, experiment.idHere)) {
    if (run.info.lifecycle_stage === 'deleted') continue;
    const { exported, known } = pass.report.runs;
    pass.progress.show(`${experiment.name}: ${exported + known + 1} runs`, null);
    await orLeft(pass, `run ${run.info.run_id}`, async () => {
      const there = await findExported(pass.to, experiment.idThere, run);
      const runId = await exportRun(pass, experiment.idThere, run, there);
      pass.runIds.set(run.info.run_id, runId);
      rememberModels(pass, run, runId);
      pass.report.runs[there === null ? 'exported' : 'known'] += 1;
    });
  }
}

function rememberModels({ runsWithModels }: ExportPass, { info, inputs, outputs }: Run, idThere: string): void {
  const [read, made] = [inputs.model_inputs, outputs.model_outputs];
  if (read.length + made.length === 0) return;
  runsWithModels.push({ idHere: info.run_id, idThere, inputs: read, outputs: made });
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
