import { z } from 'zod';
import { Evaluation } from '../../../mlops/evaluations/schema.ts';
import { RunId } from '../../../mlops/runs/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { RetrainingName } from '../schema.ts';

const params = z.strictObject({
  retraining: RetrainingName,
  round: z.coerce.number().int().min(1).max(1e9).describe('Number of the round'),
});

/** A step of the round's run may read both sets; the labels of a test set only on request. */
export const exportRoundTestSet = endpoint({
  method: 'GET',
  path: '/api/v1/retrainings/:retraining/rounds/:round/test-set',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Export the test set of a round: held-out predictions of the window that triggered it, as JSON lines',
  params,
  query: z.strictObject({
    labels: z.stringbool().default(false).describe('Whether each line has the label; default false'),
  }),
  answers: 'bytes',
  response: z.string().describe('JSON lines with prediction, predictedAt, entity, inputs and, on request, label'),
  errors: ['retraining_round_not_found', 'monitor_not_found', 'test_set_missing', 'storage_full'],
});

export const exportRoundTrainingSet = endpoint({
  method: 'GET',
  path: '/api/v1/retrainings/:retraining/rounds/:round/training-set',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Export the labelled predictions of the data window of a round, without held-out entities, as JSON lines',
  params,
  answers: 'bytes',
  response: z.string().describe('JSON lines with prediction, predictedAt, entity, inputs, modelVersion and label'),
  errors: ['retraining_round_not_found', 'monitor_not_found', 'test_set_missing', 'storage_full'],
});

/** Steps may write to their own run: so the run is in the path, where access is checked. */
export const scoreRoundAnswers = endpoint({
  method: 'PUT',
  path: '/api/v1/retrainings/:retraining/rounds/:round/answers/:runId',
  scope: 'mlops.log',
  reads: 'object',
  summary: 'Score the answers of a candidate on the test set of a round, and record them as an evaluation of its run',
  params: params.extend({ runId: RunId }),
  accepts: 'bytes',
  response: z.strictObject({
    outcome: z.enum(['created', 'unchanged']).describe('unchanged: the newest version has the same content'),
    evaluation: Evaluation,
  }),
  errors: [
    'retraining_round_not_found',
    'monitor_not_found',
    'test_set_missing',
    'run_not_found',
    'test_set_answers_invalid',
    'evaluation_rows_invalid',
    'payload_too_large',
    'storage_full',
  ],
});
