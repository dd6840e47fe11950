import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Money, UtcInstant } from '../../../platform/units/schema.ts';
import { ExperimentId, Run, RunId, RunListing, RunSelection } from '../../runs/schema.ts';

export const countRuns = endpoint({
  method: 'GET',
  path: '/api/v1/runs/count',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'Count the matching runs exactly',
  query: z.strictObject(RunSelection),
  response: z.strictObject({ runs: z.number().int().describe('Number of runs') }),
  errors: ['search_filter_invalid'],
});

export const readRunFilter = endpoint({
  method: 'GET',
  path: '/api/v1/run-filter',
  scope: 'mlops.read',
  reads: 'none',
  summary: 'Validate a filter of runs without a query, for example while a user types it',
  query: z.strictObject({ filter: RunSelection.filter }),
  response: z.strictObject({
    problem: z.string().nullable().describe('Problem of the filter; null: it is valid'),
  }),
  errors: [],
});

export const RunCostSum = z
  .strictObject({
    costs: z.array(Money).describe('Exact sum of the known totals, one for each currency'),
    runs: z.number().int().describe('Number of matching runs'),
    runsWithoutCost: z.number().int().describe('Runs of unknown cost: left out of the sum, not counted as zero'),
  })
  .describe('Total cost of runs');
export type RunCostSum = z.infer<typeof RunCostSum>;

export const sumRunCosts = endpoint({
  method: 'GET',
  path: '/api/v1/runs/cost',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'Sum the cost of the matching runs',
  query: z.strictObject(RunSelection),
  response: RunCostSum,
  errors: ['search_filter_invalid'],
});

export const RunGroup = z
  .strictObject({
    value: z.string().nullable().describe('Common value of the runs in the group; null: the runs have no value'),
    runs: z.number().int().describe('Runs in the group'),
    cost: RunCostSum,
    metric: z
      .strictObject({
        runs: z.number().int().describe('Runs with a number as latest value; the others are left out'),
        least: z.number().describe('Smallest latest value, in the metric’s own unit'),
        greatest: z.number().describe('Largest latest value'),
        mean: z.number().describe('Mean of the latest values'),
      })
      .nullable()
      .describe('Null: no run of the group has a number, or no metric was requested'),
  })
  .describe('Runs with the same value');
export type RunGroup = z.infer<typeof RunGroup>;

export const groupRuns = endpoint({
  method: 'GET',
  path: '/api/v1/run-groups',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'Group runs by a param, a tag or status, the largest groups first, with their cost and a metric',
  query: z.strictObject({
    ...RunSelection,
    by: z
      .string()
      .max(300)
      .regex(/^(status|params\..+|tags\..+)$/, 'status, params.KEY or tags.KEY')
      .describe('`params.KEY`, `tags.KEY` or `status`'),
    metric: z.string().max(250).optional().describe('Metric to summarize'),
    most: z.coerce.number().int().min(1).max(1000).default(100).describe('Maximum number of groups in the response'),
  }),
  response: z.strictObject({
    groups: z.array(RunGroup).describe('Groups, the largest first'),
    left: z
      .strictObject({
        groups: z.number().int().describe('Number of groups not in the response'),
        runs: z.number().int().describe('Number of runs in those groups'),
      })
      .describe('Groups not in the response'),
  }),
  errors: ['search_filter_invalid'],
});

export const RunColumn = z
  .strictObject({
    column: z.string().describe('`metrics.KEY`, `params.KEY` or `tags.KEY`, as in the `columns` of a run list'),
    entity: z.enum(['metric', 'param', 'tag']).describe('Type of the key'),
    key: z.string().describe('Key as logged'),
    runs: z.number().int().nullable().describe('Runs with this key; null: not counted yet'),
  })
  .describe('A possible column of a table of runs');
export type RunColumn = z.infer<typeof RunColumn>;

export const listRunColumns = endpoint({
  method: 'GET',
  path: '/api/v1/run-columns',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'List metric, param and tag keys of active runs, with their number of runs',
  query: z.strictObject({
    experimentId: ExperimentId.optional().describe('Only runs of this experiment; default: all experiments'),
  }),
  response: z.strictObject({
    columns: z.array(RunColumn).describe('Metrics, then params, then tags, each by key'),
    complete: z.boolean().describe('False: older runs are not counted yet, and the keys are those of the newest runs'),
    countedAt: UtcInstant.nullable().describe('Start of the count; null: the first count has not ended'),
  }),
  errors: [],
});

export const runsCsv = endpoint({
  method: 'GET',
  path: '/api/v1/runs.csv',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'Export the matching runs as CSV, streamed',
  query: z.strictObject({ ...RunSelection, ...RunListing }),
  response: z.string().describe('CSV with a header line'),
  errors: ['search_filter_invalid'],
  answers: 'csv',
});

const RunIds = z.strictObject({
  runIds: z.array(RunId).min(1).max(1000).describe('Runs, at most 1000'),
});
const MovedRuns = z.strictObject({
  runIds: z.array(RunId).describe('Runs with a changed stage; runs that had it already are left out'),
});

export const deleteRuns = endpoint({
  method: 'POST',
  path: '/api/v1/runs/delete',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Delete runs, all or none; they can be restored',
  body: RunIds,
  response: MovedRuns,
  errors: ['run_not_found'],
});

export const restoreRuns = endpoint({
  method: 'POST',
  path: '/api/v1/runs/restore',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Restore deleted runs, all or none',
  body: RunIds,
  response: MovedRuns,
  errors: ['run_not_found'],
});

export const ExperimentActivity = z
  .strictObject({
    experimentId: ExperimentId,
    runs: z.number().int().describe('Active runs'),
    lastRunAt: UtcInstant.nullable().describe('Newest start of an active run; null: no active run'),
    lastStatus: Run.shape.status.nullable().describe('Status of the run with the newest start; null: no active run'),
    cost: RunCostSum,
    best: z
      .strictObject({
        value: z.number().describe('Best latest value of the metric, in its own unit'),
        runId: RunId,
        runName: z.string().describe('Name of the run with this value'),
      })
      .nullable()
      .describe('Null: no active run has logged the metric, or none was requested'),
  })
  .describe('Activity in an experiment');
export type ExperimentActivity = z.infer<typeof ExperimentActivity>;

export const listExperimentActivity = endpoint({
  method: 'GET',
  path: '/api/v1/experiment-activity',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Summarize experiments: number of runs, last start, cost and best value of a metric',
  query: z.strictObject({
    experimentIds: RunSelection.experimentIds,
    metric: z.string().max(250).optional().describe('Metric for the best value'),
    goal: z.enum(['highest', 'lowest']).default('highest').describe('Whether the highest or the lowest value is best'),
  }),
  response: z.strictObject({
    experiments: z.array(ExperimentActivity).describe('One entry for each requested experiment that exists'),
  }),
  errors: [],
});

const MovedExperiment = z.strictObject({
  experimentId: ExperimentId,
  runs: z.number().int().describe('Runs with the same change'),
});

export const deleteExperiment = endpoint({
  method: 'POST',
  path: '/api/v1/experiments/:experimentId/delete',
  scope: 'mlops.delete',
  summary: 'Delete an experiment and its runs; it can be restored',
  params: z.strictObject({ experimentId: ExperimentId }),
  response: MovedExperiment,
  errors: ['experiment_not_found'],
});

export const restoreExperiment = endpoint({
  method: 'POST',
  path: '/api/v1/experiments/:experimentId/restore',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Restore a deleted experiment with all of its runs',
  params: z.strictObject({ experimentId: ExperimentId }),
  response: MovedExperiment,
  errors: ['experiment_not_found'],
});
