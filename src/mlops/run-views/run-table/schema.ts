import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Money, UtcInstant } from '../../../platform/units/schema.ts';
import { ExperimentId, RunId, RunListing, RunSelection } from '../../runs/schema.ts';

export const countRuns = endpoint({
  method: 'GET',
  path: '/api/v1/runs/count',
  scope: 'mlops.read',
  summary: 'How many runs match, exactly',
  query: z.strictObject(RunSelection),
  response: z.strictObject({ runs: z.number().int().describe('Number of runs') }),
  errors: ['search_filter_invalid'],
});

export const readRunFilter = endpoint({
  method: 'GET',
  path: '/api/v1/run-filter',
  scope: 'mlops.read',
  summary: 'Whether a filter of runs can be read, without looking at any run: for what is still being typed',
  query: z.strictObject({ filter: RunSelection.filter }),
  response: z.strictObject({
    problem: z.string().nullable().describe('What cannot be read of it; null when all of it can'),
  }),
  errors: [],
});

export const RunCostSum = z
  .strictObject({
    costs: z.array(Money).describe('Exact sum of the known totals, one for each currency'),
    runs: z.number().int().describe('Number of runs that match'),
    runsWithoutCost: z.number().int().describe('Runs whose cost is unknown: left out of the sum, not counted as zero'),
  })
  .describe('What runs cost together');
export type RunCostSum = z.infer<typeof RunCostSum>;

export const sumRunCosts = endpoint({
  method: 'GET',
  path: '/api/v1/runs/cost',
  scope: 'mlops.read',
  summary: 'What the runs that match cost together',
  query: z.strictObject(RunSelection),
  response: RunCostSum,
  errors: ['search_filter_invalid'],
});

export const RunGroup = z
  .strictObject({
    value: z
      .string()
      .nullable()
      .describe('What the runs of the group have in common; null for those that have no value'),
    runs: z.number().int().describe('Runs in the group'),
    cost: RunCostSum,
    metric: z
      .strictObject({
        runs: z.number().int().describe('Runs whose latest value is a number; the others are left out'),
        least: z.number().describe('Least latest value, in the metric’s own unit'),
        greatest: z.number().describe('Greatest latest value'),
        mean: z.number().describe('Mean of the latest values'),
      })
      .nullable()
      .describe('Null when no run of the group has a number, or no metric was asked for'),
  })
  .describe('Runs with one value in common');
export type RunGroup = z.infer<typeof RunGroup>;

export const groupRuns = endpoint({
  method: 'GET',
  path: '/api/v1/run-groups',
  scope: 'mlops.read',
  summary: 'Runs by a param, a tag or their status, the largest groups first: what each cost and how a metric went',
  query: z.strictObject({
    ...RunSelection,
    by: z
      .string()
      .max(300)
      .regex(/^(status|params\..+|tags\..+)$/, 'status, params.KEY or tags.KEY')
      .describe('`params.KEY`, `tags.KEY` or `status`'),
    metric: z.string().max(250).optional().describe('Metric to sum up'),
    most: z.coerce.number().int().min(1).max(1000).default(100).describe('Most groups that are answered'),
  }),
  response: z.strictObject({
    groups: z.array(RunGroup).describe('The largest first'),
    left: z
      .strictObject({
        groups: z.number().int().describe('Groups beyond those that are answered'),
        runs: z.number().int().describe('Runs in them'),
      })
      .describe('What is not answered'),
  }),
  errors: ['search_filter_invalid'],
});

export const RunColumn = z
  .strictObject({
    column: z.string().describe('`metrics.KEY`, `params.KEY` or `tags.KEY`, as lists of runs take it'),
    entity: z.enum(['metric', 'param', 'tag']).describe('What the key is of'),
    key: z.string().describe('Key as it was logged'),
    runs: z.number().int().nullable().describe('Runs that have it; null while they are still being counted'),
  })
  .describe('A column that a table of runs can have');
export type RunColumn = z.infer<typeof RunColumn>;

export const listRunColumns = endpoint({
  method: 'GET',
  path: '/api/v1/run-columns',
  scope: 'mlops.read',
  summary: 'Metric, param and tag keys of active runs, with how many runs have each',
  query: z.strictObject({
    experimentId: ExperimentId.optional().describe('Only runs of this experiment; of all of them when left out'),
  }),
  response: z.strictObject({
    columns: z.array(RunColumn).describe('Metrics, then params, then tags, each by key'),
    complete: z
      .boolean()
      .describe('False while older runs are still being counted: the keys so far are those of the newest runs'),
    countedAt: UtcInstant.nullable().describe('When the count began; null while the first one is going on'),
  }),
  errors: [],
});

export const runsCsv = endpoint({
  method: 'GET',
  path: '/api/v1/runs.csv',
  scope: 'mlops.read',
  summary: 'The runs that match as CSV, streamed',
  query: z.strictObject({ ...RunSelection, ...RunListing }),
  response: z.string().describe('CSV with a header line'),
  errors: ['search_filter_invalid'],
  answers: 'csv',
});

const RunIds = z.strictObject({
  runIds: z.array(RunId).min(1).max(1000).describe('Runs, at most 1000'),
});
const MovedRuns = z.strictObject({
  runIds: z.array(RunId).describe('Runs whose stage was changed; those that had it already are left out'),
});

export const deleteRuns = endpoint({
  method: 'POST',
  path: '/api/v1/runs/delete',
  scope: 'mlops.write',
  summary: 'Moves runs to the deleted ones, all or none; they can be restored',
  body: RunIds,
  response: MovedRuns,
  errors: ['run_not_found'],
});

export const restoreRuns = endpoint({
  method: 'POST',
  path: '/api/v1/runs/restore',
  scope: 'mlops.write',
  summary: 'Brings deleted runs back, all or none',
  body: RunIds,
  response: MovedRuns,
  errors: ['run_not_found'],
});

export const ExperimentActivity = z
  .strictObject({
    experimentId: ExperimentId,
    runs: z.number().int().describe('Active runs'),
    lastRunAt: UtcInstant.nullable().describe('Newest start of an active run; null when there is none'),
    cost: RunCostSum,
    best: z
      .strictObject({
        value: z.number().describe('The best latest value of the metric, in its own unit'),
        runId: RunId,
        runName: z.string().describe('Name of the run that has it'),
      })
      .nullable()
      .describe('Null when no active run has logged the metric, or none was asked for'),
  })
  .describe('What happens in an experiment');
export type ExperimentActivity = z.infer<typeof ExperimentActivity>;

export const listExperimentActivity = endpoint({
  method: 'GET',
  path: '/api/v1/experiment-activity',
  scope: 'mlops.read',
  summary: 'Number of runs, last start, cost and best value of a metric, for some experiments',
  query: z.strictObject({
    experimentIds: RunSelection.experimentIds,
    metric: z.string().max(250).optional().describe('Metric whose best value is wanted'),
    goal: z.enum(['highest', 'lowest']).default('highest').describe('Which value is the best'),
  }),
  response: z.strictObject({
    experiments: z.array(ExperimentActivity).describe('One for each experiment that was asked for and exists'),
  }),
  errors: [],
});

const MovedExperiment = z.strictObject({
  experimentId: ExperimentId,
  runs: z.number().int().describe('Runs that went with it'),
});

export const deleteExperiment = endpoint({
  method: 'POST',
  path: '/api/v1/experiments/:experimentId/delete',
  scope: 'mlops.delete',
  summary: 'Moves an experiment and its runs to the deleted ones; it can be restored',
  params: z.strictObject({ experimentId: ExperimentId }),
  response: MovedExperiment,
  errors: ['experiment_not_found'],
});

export const restoreExperiment = endpoint({
  method: 'POST',
  path: '/api/v1/experiments/:experimentId/restore',
  scope: 'mlops.write',
  summary: 'Brings a deleted experiment back, with all of its runs',
  params: z.strictObject({ experimentId: ExperimentId }),
  response: MovedExperiment,
  errors: ['experiment_not_found'],
});
