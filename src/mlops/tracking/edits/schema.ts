import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Experiment, ExperimentId, Run, RunId } from '../../runs/schema.ts';

const MAX_TAGS = 100;

/** Changes of tags by key: a text sets the tag, null removes it. Removing a missing tag is not an error. */
const TagChanges = z
  .record(z.string().min(1).max(250), z.string().max(8000).nullable())
  .refine((tags) => Object.keys(tags).length <= MAX_TAGS, `at most ${MAX_TAGS} tags`)
  .default({})
  .describe(`Tags by key, at most ${MAX_TAGS}: a text sets a tag, null removes it; other tags stay unchanged`);

export const editRun = endpoint({
  method: 'PATCH',
  path: '/api/v1/runs/:runId',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Rename a run and change its tags, all or none; its note is the tag mlflow.note.content',
  params: z.strictObject({ runId: RunId }),
  body: z.strictObject({
    runName: z.string().trim().min(1).max(8000).optional().describe('New name; default: unchanged'),
    tags: TagChanges,
  }),
  response: Run,
  errors: ['run_not_found', 'invalid_request'],
});

export const editExperiment = endpoint({
  method: 'PATCH',
  path: '/api/v1/experiments/:experimentId',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Rename an experiment and change its tags, all or none; its note is the tag mlflow.note.content',
  params: z.strictObject({ experimentId: ExperimentId }),
  body: z.strictObject({
    name: z.string().trim().min(1).max(500).optional().describe('New name, unique; default: unchanged'),
    tags: TagChanges,
  }),
  response: Experiment,
  errors: ['experiment_not_found', 'invalid_request'],
});
