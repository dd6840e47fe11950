import { EXACT_TYPE, type LakeTable } from '../../platform/lake/index.ts';

/** One row for each example. `confidence` is 0 to 1, null without a confidence column. `outcomes` has the order of the outcomes in the record of the evaluation; a binary one is 0 or 1. */
export const EVALUATION_ROWS: LakeTable = {
  name: 'evaluation_rows',
  columns: {
    id: 'VARCHAR',
    cluster: 'VARCHAR',
    outcomes: 'DOUBLE[]',
    latency_ms: 'DOUBLE',
    cost: EXACT_TYPE,
    confidence: 'DOUBLE',
  },
  later: ['confidence'],
};
