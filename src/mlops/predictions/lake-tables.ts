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
    variant: 'VARCHAR',
  },
  later: ['project', 'team', 'variant'],
};

/**
 * Answers of shadow variants to copies of requests: the columns of a prediction, with the id, entity and time of the answer that the client
 * got, and with the model, version and variant of the shadow. A separate table, so that no reader counts a copy as a prediction.
 */
export const SHADOW_PREDICTION: LakeTable = { name: 'shadow_prediction', columns: PREDICTION.columns };

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
