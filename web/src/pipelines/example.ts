/** Example manifest of a working pipeline: two steps, one of them once for each value. */
export const EXAMPLE = `apiVersion: steelyard/v1
kind: Pipeline
metadata:
  name: training
spec:
  params:
    rows: 1000
  steps:
    prepare:
      run: seq 1 \${{ params.rows }} > rows.txt
      outputs: [rows.txt]
    train:
      needs: [prepare]
      matrix:
        lr: [0.01, 0.1]
      inputs: [rows.txt]
      run: echo "training with lr \${{ matrix.lr }} on $(wc -l < rows.txt) rows" | tee model.txt
      outputs: [model.txt]
`;

export const EXAMPLE_FILE = 'pipeline.yaml';
export const EXAMPLE_COMMAND = `steelyard apply -f ${EXAMPLE_FILE}`;
