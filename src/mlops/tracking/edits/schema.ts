import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Experiment, ExperimentId, Run, RunId } from '../../runs/schema.ts';

const MAX_TAGS = 100;

/** Changes of tags by key: text sets the tag, null removes it; removing a missing tag is no error. */
const TagChanges = z
  .record(z.string().min(1).max(250), z.string().max(8000).nullable())
  .refine((tags) => Object.keys(tags).length <= MAX_TAGS, `at most ${MAX_TAGS} tags`)
  .default({})
  .describe(`Tags by key, at most ${MAX_TAGS}: text sets one, null removes it; others stay as they are`);

export const editRun = endpoint({
  method: 'PATCH',
  path: '/api/v1/runs/:runId',
  scope: 'mlops.write',
  summary: 'Renames a run and changes its tags, all or none; its note is the tag mlflow.note.content',
  params: z.strictObject({ runId: RunId }),
  body: z.strictObject({
    runName: z.string().trim().min(1).max(8000).optional().describe('New name; as it is when left out'),
    tags: TagChanges,
  }),
  response: Run,
  errors: ['run_not_found', 'invalid_request'],
});

export const editExperiment = endpoint({
  method: 'PATCH',
  path: '/api/v1/experiments/:experimentId',
  scope: 'mlops.write',
  summary: 'Renames an experiment and changes its tags, all or none; its note is the tag mlflow.note.content',
  params: z.strictObject({ experimentId: ExperimentId }),
  body: z.strictObject({
    name: z.string().trim().min(1).max(500).optional().describe('New name, unique; as it is when left out'),
    tags: TagChanges,
  }),
  response: Experiment,
  errors: ['experiment_not_found', 'invalid_request'],
});
