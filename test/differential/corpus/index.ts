import type { Exchange } from '../exchange.ts';
import { artifacts } from './artifacts.ts';
import { experiments } from './experiments.ts';
import { inputs } from './inputs.ts';
import { loggedModels } from './logged-models.ts';
import { logging } from './logging.ts';
import { modelVersions } from './model-versions.ts';
import { protocol } from './protocol.ts';
import { registeredModels } from './registered-models.ts';
import { runs } from './runs.ts';
import { searchRuns } from './search-runs.ts';
import { traces } from './traces.ts';

/** All of it, in the order in which it is sent. */
export const corpus: readonly Exchange[] = [
  ...experiments,
  ...runs,
  ...logging,
  ...inputs,
  ...searchRuns,
  ...loggedModels,
  ...registeredModels,
  ...modelVersions,
  ...traces,
  ...artifacts,
  ...protocol,
];
