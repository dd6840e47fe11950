import type { LakeTable } from '../../platform/lake/index.ts';

/** One row for each request that recorded a prediction. `inputs` and `output` are JSON; fields that were not sent are null. */
export const PREDICTION: LakeTable = {
  name: 'prediction',
  columns: {
    prediction: 'VARCHAR',
    model: 'VARCHAR',
    modelVersion: 'VARCHAR',
    endpoint: 'VARCHAR',
    environment: 'VARCHAR',
    predictedAt: 'TIMESTAMP',
    entity: 'VARCHAR',
    inputs: 'VARCHAR',
    output: 'VARCHAR',
    latencyMs: 'DOUBLE',
    inputTokens: 'BIGINT',
    outputTokens: 'BIGINT',
    caller: 'VARCHAR',
    recordedAt: 'TIMESTAMP',
    project: 'VARCHAR',
    team: 'VARCHAR',
  },
  later: ['project', 'team'],
};

/** One row for each request that recorded an outcome of a prediction, or of an entity at a time. `value` is JSON. */
export const LABEL: LakeTable = {
  name: 'prediction_label',
  columns: {
    model: 'VARCHAR',
    prediction: 'VARCHAR',
    entity: 'VARCHAR',
    observedAt: 'TIMESTAMP',
    value: 'VARCHAR',
    recordedAt: 'TIMESTAMP',
  },
};
