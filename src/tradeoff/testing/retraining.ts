import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Application } from '../../main.ts';
import type { AlertEpisode } from '../../mlops/monitoring/schema.ts';
import { listPipelineRuns, type PipelineRunSummary } from '../../mlops/pipelines/schema.ts';
import { recordLabels, recordPredictions } from '../../mlops/predictions/schema.ts';
import { applied, ranToEnd } from '../../mlops/testing/pipelines.ts';
import { call, testApplication } from '../../testing/application.ts';
import {
  getRetraining,
  getRetrainingRound,
  isRoundOver,
  type RetrainingDetail,
  type RetrainingRound,
} from '../retraining/schema.ts';

const HOUR = 3_600_000;

/** A priced machine, a policy, a monitor, and a pipeline whose candidate is as good as its parameter says. */
export const TRAINING = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: machine, perHour: '36', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec:
  model: ranker
  currency: USD
  quality: [{metric: accuracy, direction: higher, notWorseThanChampionBy: '0'}]
  cost: [{measure: trainingCost, atMost: '10'}]
---
apiVersion: steelyard/v1
kind: Monitor
metadata: {name: ranker}
spec: {model: ranker, quality: {kind: classification}}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: training}
spec:
  params: {accuracy: '0.8', from: '', to: '', why: ''}
  concurrency: {runs: 20}
  steps:
    train:
      run: echo '{"accuracy":' \${{ params.accuracy }} '}' > metrics.json; echo \${{ params.from }} > model.txt
      metrics: metrics.json
      outputs: [model.txt]
      cache: false
    register: {uses: register, of: train, needs: [train], model: ranker, artifact: model.txt, policy: production}
`;

export const EPISODE: AlertEpisode = {
  episode: 'ep-1',
  monitor: 'ranker',
  model: 'ranker',
  version: null,
  alert: 'accuracy',
  cause: 'quality',
  state: 'alert',
  openedAt: '2026-11-10T00:00:00Z',
  window: { start: '2026-11-09T00:00:00Z', end: '2026-11-10T00:00:00Z' },
  columns: [],
  loss: { metric: 'accuracy', reference: 0.8, current: 0.7, lower: 0.68, upper: 0.72, estimated: false },
  moneyPerDay: null,
};

const LOOK_MS = 20;
/** Fifty minutes of answers are before it, and eight for the test behind it. */
const LATE_IN_THE_HOUR = (52 * HOUR) / 60;

/** An application in which a model is trained, monitored and retrained; the test sets its clock. */
export class RetrainingRoom {
  readonly application: Application;
  readonly #clock: { offset: number };
  #wakers = 0;

  constructor(application: Application, clock: { offset: number }) {
    this.application = application;
    this.#clock = clock;
  }

  now(): string {
    return new Date(Date.now() + this.#clock.offset).toISOString();
  }

  apply(text: string) {
    return applied(this.application, text);
  }

  /** The retraining `ranker` of these fields, as one writes them in YAML. */
  retraining(fields: string, name = 'ranker') {
    const spec = { model: 'ranker', monitor: 'ranker', pipeline: 'training', ...parse(`{${fields}}`) };
    return this.apply(JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Retraining', metadata: { name }, spec }));
  }

  /** Trains the first version, which becomes the champion and sets the cost of a run. */
  async trained(): Promise<PipelineRunSummary> {
    return ranToEnd(this.application, 'training');
  }

  /** Records this many predictions, spread over the last day. */
  async predicted(count: number, from = 0): Promise<void> {
    const now = Date.parse(this.now());
    const predictions = Array.from({ length: count }, (_, n) => ({
      prediction: `p${from + n}`,
      model: 'ranker',
      predictedAt: new Date(now - (24 * HOUR * (count - n)) / count).toISOString(),
      output: 1,
    }));
    await call(this.application, recordPredictions, { body: { predictions } });
  }

  /** Records a past hour of labelled predictions of one version: `right` of a hundred are right, evenly spread. */
  async answered(modelVersion: string, right: number): Promise<void> {
    const now = Date.parse(this.now());
    const id = (n: number) => `v${modelVersion}-${now}-${n}`;
    const predictions = Array.from({ length: 100 }, (_, n) => ({
      prediction: id(n),
      model: 'ranker',
      modelVersion,
      predictedAt: new Date(now - 30_000 * (100 - n)).toISOString(),
      output: 1,
    }));
    await call(this.application, recordPredictions, { body: { predictions } });
    const labels = predictions.map(({ prediction }, n) => ({ prediction, value: (n * right) % 100 < right ? 1 : 0 }));
    await call(this.application, recordLabels, { body: { model: 'ranker', labels } });
  }

  async labelled(count: number, from = 0): Promise<void> {
    const labels = Array.from({ length: count }, (_, n) => ({ prediction: `p${from + n}`, value: 1 }));
    await call(this.application, recordLabels, { body: { model: 'ranker', labels } });
  }

  /** Appends an event of an episode, as monitoring does. */
  tell(type: 'opened' | 'changed' | 'closed', episode: Partial<AlertEpisode> = {}): Promise<void> {
    const { store, events } = this.application;
    const payload = { ...EPISODE, ...episode };
    return store.transaction((sql) =>
      events.append(sql, { type: `alert.${type}`, subject: `monitor:${payload.monitor}`, payload }),
    );
  }

  /** Advances the clock; the queue reads it when a job is enqueued. */
  async pass(ms: number): Promise<void> {
    this.#clock.offset += ms;
    this.#wakers += 1;
    await this.retraining(`worth: {horizon: ${this.#wakers + 1}h}`, 'waker');
  }

  detail(name = 'ranker'): Promise<RetrainingDetail> {
    return call(this.application, getRetraining, { params: { retraining: name } });
  }

  round(round: number): Promise<RetrainingRound> {
    return call(this.application, getRetrainingRound, { params: { retraining: 'ranker', round } });
  }

  /** The round once it is so. */
  async until(round: number, isSo: (round: RetrainingRound) => boolean): Promise<RetrainingRound> {
    for (;;) {
      const found = (await this.detail()).rounds.some((one) => one.round === round) ? await this.round(round) : null;
      if (found !== null && isSo(found)) return found;
      await pause(LOOK_MS);
    }
  }

  /** The round once it has been evaluated, and waits for this reason. */
  untilWaiting(round: number, reason: RegExp): Promise<RetrainingRound> {
    return this.until(round, (one) => one.state === 'waiting' && reason.test(one.reason ?? ''));
  }

  untilOver(round: number): Promise<RetrainingRound> {
    return this.until(round, ({ state }) => isRoundOver(state));
  }

  async runs(): Promise<PipelineRunSummary[]> {
    return (await call(this.application, listPipelineRuns, { params: { pipeline: 'training' } })).runs;
  }
}

/** Monitors look at whole hours: all data of `answered` falls into one hour, whenever a test runs. */
function untilLateInTheHour(): number {
  const intoHourMs = Date.now() % HOUR;
  return (LATE_IN_THE_HOUR - intoHourMs + HOUR) % HOUR;
}

/** A new test environment in which the model is trained once. */
export async function retrainingRoom(settings: Parameters<typeof testApplication>[1] = {}): Promise<RetrainingRoom> {
  const clock = { offset: untilLateInTheHour() };
  const application = await testApplication({ clock: { now: () => Date.now() + clock.offset } }, settings);
  const room = new RetrainingRoom(application, clock);
  await room.apply(TRAINING);
  await room.trained();
  return room;
}
