import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getRun } from '../../src/mlops/runs/schema.ts';
import { applied, collectStates, ranToEnd, requireStep, sentCode } from '../../src/mlops/testing/pipelines.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { call, testApplication } from '../../src/testing/application.ts';
import { getVersionEvidence } from '../../src/tradeoff/evidence/schema.ts';

const python = processEnvironment().TEST_MLFLOW_PYTHON ?? join(import.meta.dirname, '../../.cache/mlflow/bin/python');

const DOCUMENTS = `
{"apiVersion": "steelyard/v1", "kind": "PriceBook", "metadata": {"name": "own"}, "spec": {"currency": "USD", "source": "test", "prices": [{"resource": "machine", "perHour": "36", "effectiveFrom": "2026-01-01"}]}}
---
{"apiVersion": "steelyard/v1", "kind": "Policy", "metadata": {"name": "keras"}, "spec": {"model": "keras", "currency": "USD", "quality": [{"metric": "accuracy", "direction": "higher", "floor": "0.1"}], "cost": [{"measure": "trainingCost", "atMost": "50"}]}}
---
{"apiVersion": "steelyard/v1", "kind": "Pipeline", "metadata": {"name": "keras"}, "spec": {"steps": {
  "train": {"run": [${JSON.stringify(python)}, "keras_step.py", "\${{ matrix.lr }}"], "matrix": {"lr": [0.01, 0.1]}, "env": {"TF_CPP_MIN_LOG_LEVEL": "3"}},
  "evaluate": {"uses": "evaluate", "needs": ["train"], "metric": "accuracy"},
  "gate": {"uses": "gate", "of": "evaluate", "policy": "keras"},
  "register": {"uses": "register", "of": "evaluate", "needs": ["gate"], "model": "keras", "policy": "keras"}}}}
`;

describe.skipIf(!existsSync(python))(
  'TensorFlow as a step of a pipeline (skipped where TEST_MLFLOW_PYTHON is not there)',
  () => {
    it('autologs to the run of its step, and the version that is registered of it carries what the step cost', async () => {
      await using application = await testApplication();
      await application.http.listen({ host: '127.0.0.1', port: 0 });
      await applied(application, DOCUMENTS);
      const code = await sentCode(application, {
        'keras_step.py': readFileSync(join(import.meta.dirname, 'keras_step.py'), 'utf8'),
      });
      const run = await ranToEnd(application, 'keras', { code });
      expect(collectStates(run)).toEqual({
        'train[lr=0.01]': 'succeeded',
        'train[lr=0.1]': 'succeeded',
        evaluate: 'succeeded',
        gate: 'succeeded',
        register: 'succeeded',
      });
      const best = requireStep(run, requireStep(run, 'evaluate').values.step ?? '');
      const evidence = await call(application, getVersionEvidence, { params: { model: 'keras', version: '1' } });
      expect(evidence.trainingCost.cost).toEqual(best.cost);
      expect(Number(best.cost?.amount)).toBeGreaterThan(0.01);
      expect(evidence.runId).toBe(best.mlflowRun);
      const logged = await call(application, getRun, { params: { runId: best.mlflowRun ?? '' } });
      expect(logged).toMatchObject({
        status: 'FINISHED',
        tags: { 'mlflow.parentRunId': run.mlflowRun },
      });
      // Neither of them is logged by the script.
      expect(logged.metrics).toHaveProperty('loss');
      expect(logged.params).toHaveProperty('epochs', '2');
    });
  },
);
