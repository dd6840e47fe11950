import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { meteredCost } from '../../src/finops/metering/schema.ts';
import { getPipelineRun, isOver, PipelineRun, startPipelineRun } from '../../src/mlops/pipelines/schema.ts';
import { type CallInput, type Endpoint, type ResponseOf, urlOf } from '../../src/platform/contract/schema.ts';
import { marked } from '../../src/platform/processes/kernel.ts';
import { decimal } from '../../src/platform/units/index.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

/** A second costs a cent. */
const HOURLY = 36;
const MOMENTS = 10;
/** Longest time that what is not work of a step may take of its reservation: to begin it, and to see its end. */
const SLACK_SECONDS = 2;

const documents = (ledger: string) => `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: machine, perHour: '${HOURLY}', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec: {model: ranker, currency: USD, quality: [{metric: accuracy, direction: higher, floor: '0.5'}], cost: [{measure: trainingCost, atMost: '100'}]}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: training}
spec:
  steps:
    prepare:
      run: 'echo prepare >> ${ledger}; sleep 0.7; seq 3 > clean.csv'
      outputs: [clean.csv]
      cache: false
    train:
      run: 'echo train \${{ matrix.lr }} >> ${ledger}; sleep 0.9; cat clean.csv > model.txt; echo "{\\"accuracy\\": \${{ matrix.lr }}}" > metrics.json'
      matrix: {lr: [0.1, 0.7, 0.4]}
      inputs: [clean.csv]
      needs: [prepare]
      outputs: [model.txt]
      metrics: metrics.json
      resources: {cpu: 0.5}
      cache: false
    evaluate: {uses: evaluate, needs: [train], metric: accuracy}
    gate: {uses: gate, of: evaluate, policy: production}
    register: {uses: register, of: evaluate, needs: [gate], model: ranker, artifact: model.txt, policy: production}
`;

async function ask<E extends Endpoint>(
  server: ServerProcess,
  target: E,
  input: CallInput<E> = {},
): Promise<ResponseOf<E>> {
  const body =
    input.body === undefined
      ? {}
      : { body: JSON.stringify(input.body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(server.url + urlOf(target, input), { method: target.method, ...body });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json() as Promise<ResponseOf<E>>;
}

async function apply(server: ServerProcess, text: string): Promise<void> {
  const body = JSON.stringify({ documents: [{ file: 'steelyard.yaml', text }] });
  const answer = await fetch(`${server.url}/api/v1/apply`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(await answer.text());
}

const params = { pipeline: 'training' };

async function toTheEnd(server: ServerProcess, run: string): Promise<PipelineRun> {
  for (;;) {
    const now = PipelineRun.parse(await ask(server, getPipelineRun, { params: { ...params, run } }));
    if (isOver(now.state)) return now;
    await pause(50);
  }
}

/** What a run came to, without what is never twice the same. */
const outcome = (run: PipelineRun) => ({
  state: run.state,
  steps: run.stepList.map(
    ({ step, state, values: { run: _, decision: __, version: ___, checks: ____, ...values } }) => [step, state, values],
  ),
});

describe('a pipeline whose server is killed', () => {
  it('at ten random moments ends as one that was left alone, with every step made once and its cost counted once', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-pipelines-'));
    const ledger = join(data, 'ledger.txt');
    await using server = await startServerProcess(data);
    await apply(server, documents(ledger));
    const alone = await toTheEnd(server, (await ask(server, startPipelineRun, { params, body: {} })).run);
    expect(alone.state).toBe('succeeded');
    const took = Date.parse(alone.endedAt ?? '') - Date.parse(alone.startedAt ?? '');
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      const { run } = await ask(server, startPipelineRun, { params, body: {} });
      const before = readFileSync(ledger, 'utf8').split('\n').length;
      await pause(Math.random() * took); // the moment of the crash is what is varied here
      await server.kill();
      await server.startAgain();
      const ended = await toTheEnd(server, run);
      expect([moment, outcome(ended)]).toEqual([moment, outcome(alone)]);
      const made = readFileSync(ledger, 'utf8')
        .split('\n')
        .slice(before - 1)
        .filter(Boolean);
      expect(made.toSorted()).toEqual(['prepare', 'train 0.1', 'train 0.4', 'train 0.7']);
      const metered = await ask(server, meteredCost, { query: { pipelineRun: run } });
      expect(metered.cost).toEqual(ended.cost);
      const seconds = decimal(ended.cost?.amount ?? '0')
        .div(HOURLY)
        .times(3600)
        .toNumber();
      const ofSteps = ended.stepList
        .flatMap(({ attempts }) => attempts)
        .reduce((sum, { startedAt, endedAt }) => sum + (Date.parse(endedAt ?? '') - Date.parse(startedAt)) / 1000, 0);
      expect(seconds).toBeGreaterThanOrEqual(ofSteps - 0.01);
      expect(seconds).toBeLessThan(ofSteps + 4 * SLACK_SECONDS);
    }
    expect(marked('STEELYARD_PIPELINE=training')).toEqual([]);
  });
});
