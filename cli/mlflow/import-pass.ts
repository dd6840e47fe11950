import { importExperiments } from './import-experiments.ts';
import type { ImportPass } from './import-job.ts';
import { importLoggedModels } from './import-logged-models.ts';
import { importModels } from './import-models.ts';
import { importRuns } from './import-runs.ts';
import { importTraces } from './import-traces.ts';

/** Imports all entities that are new or changed on the other server; complete ones are skipped. */
export async function importAll(pass: ImportPass): Promise<void> {
  const experiments = await importExperiments(pass);
  for (const [index, experiment] of experiments.entries()) {
    await importRuns(pass, experiment, index / experiments.length);
    await importLoggedModels(pass, experiment);
    await importTraces(pass, experiment);
  }
  if (pass.options.experiments.length === 0) await importModels(pass);
}
