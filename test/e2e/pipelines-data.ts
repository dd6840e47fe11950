import type { PipelineRun, PipelineStep } from '../../src/mlops/pipelines/schema.ts';

/** Prices, a budget, and the pipelines of the tests. A step of `ranking` waits for a file. */
export function pipelinesText(go: string): string {
  return `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: machine, perHour: '36', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Team
metadata: {name: search}
spec: {}
---
apiVersion: steelyard/v1
kind: Project
metadata: {name: burning}
spec: {team: search}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: tight}
spec: {subject: {project: burning}, amount: '4', currency: USD, enforcement: hard}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: ranking}
spec:
  description: The ranker, from the clicks to the report.
  params: {rows: 3, quick: false, go: ${JSON.stringify(go)}}
  steps:
    prepare:
      run: seq 1 \${{ params.rows }} > rows.txt
      outputs: [rows.txt]
    train:
      needs: [prepare]
      inputs: [rows.txt]
      grace: 1s
      run: |
        echo "$(wc -l < rows.txt) rows, waiting"
        while [ ! -f "\${{ params.go }}" ]; do sleep 0.05; done
        echo trained
    report: {run: echo reported, needs: [train]}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: costly}
spec:
  project: burning
  steps:
    burn: {run: while :; do sleep 0.05; done, price: 3600 USD, grace: 1s}
---
apiVersion: steelyard/v1
kind: Project
metadata: {name: refused}
spec: {team: search}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: spent-up}
spec: {subject: {project: refused}, amount: '0.5', currency: USD, enforcement: hard}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: unaffordable}
spec:
  project: refused
  steps:
    train: {run: sleep 600, price: 3600 USD, grace: 1s}
    report: {run: echo reported, needs: [train]}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: chatty}
spec:
  steps:
    print:
      run: |
        awk 'BEGIN { for (i = 1; i <= 120000; i++) print "line", i, "of many that a training prints" }'
        awk 'BEGIN { printf "wide "; for (i = 1; i <= 600; i++) printf "x"; print "" }'
`;
}

const AT = '2026-11-17T14:00:00.000Z';
const ONE_IN = 100;

/** A run of a matrix of `count` steps, of which one in a hundred failed. */
export function manyStepsRun(count: number): PipelineRun {
  const train = Array.from({ length: count }, (_, index) => {
    const failed = (index + 1) % ONE_IN === 0;
    return stepOf(`train[n=${index + 1}]`, failed ? 'failed' : 'succeeded', ['prepare'], failed ? 'exit code 1' : null);
  });
  const needs = train.map(({ step }) => step);
  return {
    run: '1'.repeat(32),
    pipeline: 'sweep',
    number: 1,
    state: 'failed',
    cause: { kind: 'manual', detail: 'asked for by ada' },
    requestedBy: 'ada',
    commit: null,
    createdAt: AT,
    startedAt: AT,
    endedAt: AT,
    steps: { waiting: 0, running: 0, good: count - count / ONE_IN + 1, bad: count / ONE_IN, skipped: 1 },
    cost: null,
    unpricedSteps: 0,
    mlflowRun: '2'.repeat(32),
    experiment: '1',
    params: {},
    resumedFrom: null,
    stopRequestedBy: null,
    stepList: [
      stepOf('prepare', 'succeeded', [], null),
      ...train,
      stepOf('evaluate', 'skipped', needs, 'train failed'),
    ],
  };
}

function stepOf(step: string, state: PipelineStep['state'], needs: string[], reason: string | null): PipelineStep {
  return {
    step,
    name: step.split('[')[0] ?? step,
    kind: 'run',
    needs,
    nodes: 1,
    queue: null,
    state,
    reason,
    explanation: null,
    attempt: state === 'skipped' ? 0 : 1,
    startedAt: state === 'skipped' ? null : AT,
    endedAt: AT,
    cost: null,
    mlflowRun: null,
    values: {},
    files: [],
    attempts: [],
    capacity: [],
    taken: null,
  };
}
