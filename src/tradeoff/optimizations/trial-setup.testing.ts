import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Application } from '../../main.ts';
import { recordLabels } from '../../mlops/predictions/schema.ts';
import { applied } from '../../mlops/testing/pipelines.ts';
import { appliedEndpoint, registeredFiles, sent } from '../../mlops/testing/serving.ts';
import { call, testApplication } from '../../testing/application.ts';

const toDocument = (kind: string, name: string, spec: object) =>
  JSON.stringify({ apiVersion: 'steelyard/v1', kind, metadata: { name }, spec });

const KINDS = {
  classifier: { program: join(import.meta.dirname, 'classifier-server.testing.ts'), quality: 'classification' },
  regressor: { program: join(import.meta.dirname, 'regressor-server.testing.ts'), quality: 'regression' },
} as const;

const PRICES = {
  ...{ currency: 'USD', source: 'a list' },
  prices: [
    { resource: 'big', perHour: '4', effectiveFrom: '2026-01-01' },
    { resource: 'small', perHour: '1', effectiveFrom: '2026-01-01' },
  ],
};

/** A version of the classifier of `classifier-server.testing.ts`. */
export interface ClassifierModel {
  readonly accuracy: number;
  readonly delayMs: number;
  /** Whether the file that `DRIFT` names changes its accuracy. */
  readonly drifts?: boolean;
}

/** A version of the regressor of `regressor-server.testing.ts`. */
export interface RegressorModel {
  /** Mean absolute error. */
  readonly error: number;
  readonly delayMs: number;
  /** Whether the file that `DRIFT` names changes its error. */
  readonly drifts?: boolean;
}

interface TrialSetup {
  readonly kind?: keyof typeof KINDS;
  readonly models: readonly (ClassifierModel | RegressorModel)[];
  readonly drift: string;
  readonly replicas?: number;
  /** Further fields of the endpoint. */
  readonly endpoint?: object;
}

/** For tests: versions 1, 2, ... of model `m`, its monitor, prices, and endpoint `e` that serves version 1 on two big replicas. */
export async function prepareTrial(
  application: Application,
  { kind = 'classifier', models, drift, replicas = 2, endpoint = {} }: TrialSetup,
): Promise<void> {
  await applied(application, toDocument('PriceBook', 'own', PRICES));
  for (const model of models) {
    await registeredFiles(application, 'm', { MLmodel: 'flavors: {}', 'model.json': JSON.stringify(model) });
  }
  const monitor = { model: 'm', labels: { withinDays: 1 }, quality: { kind: KINDS[kind].quality } };
  await applied(application, toDocument('Monitor', 'm', monitor));
  const main = {
    ...{ model: 'm', version: '1', backend: 'process', env: { DRIFT: drift }, replicas: { min: replicas } },
    resources: { instance: 'big' },
    process: { protocol: 'mlflow', command: [process.execPath, KINDS[kind].program, '{port}', '{model}'] },
  };
  const log = { entity: { header: 'x-user' }, answer: 'before' };
  await appliedEndpoint(application, 'e', { variants: { main }, log, ...endpoint });
}

/** Where the clock of a trial begins, and the number of requests in flight. */
interface TrialTraffic {
  /** Instant; default: now. */
  readonly startAt?: string;
  readonly inFlight?: number;
}

/** For tests: the same endpoint with a clock that tests advance, and clients that send its traffic with labels. */
export async function openTrial(
  setup: Omit<TrialSetup, 'drift'>,
  { startAt = new Date().toISOString(), inFlight = 20 }: TrialTraffic = {},
) {
  const clock = { ahead: Date.parse(startAt) - Date.now(), now: () => Date.now() + clock.ahead };
  const drift = join(mkdtempSync(join(tmpdir(), 'steelyard-drift-')), 'accuracy');
  const application = await testApplication({ clock });
  await prepareTrial(application, { ...setup, drift });
  let sentCount = 0;
  return {
    ...{ application, clock, drift },
    async look() {
      await application.jobs.enqueue(application.store, { kind: 'optimizations.look', payload: null });
      await application.jobs.drain();
    },
    async send(count: number, userOf = (value: number) => `user-${value % 500}`) {
      const labels: { prediction: string; value: string }[] = [];
      for (let at = 0; at < count; at += inFlight) {
        const answers = await Promise.all(
          Array.from({ length: Math.min(inFlight, count - at) }, () => {
            sentCount += 1;
            return post(application, sentCount, userOf(sentCount));
          }),
        );
        labels.push(...answers);
      }
      await call(application, recordLabels, { body: { model: 'm', labels } });
    },
  };
}

async function post(application: Application, value: number, user: string) {
  const headers = { 'x-user': user };
  const body = { inputs: [[value]] };
  const answer = await sent(application, 'POST', '/serve/e/invocations', body, 'application/json', headers);
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return { prediction: String(answer.headers['x-steelyard-prediction-id']), value: labelOf(value) };
}

/** A cheaper version with the same answers, with limits that some hundred requests can prove. */
export const CHEAPER = {
  endpoint: 'e',
  change: { version: '2', resources: { instance: 'small' } },
  quality: [{ metric: 'accuracy', margin: 0.05 }],
  guardrails: [{ metric: 'errorRate', margin: 0.1 }],
  ramp: { percents: [50], for: '1m' },
  labelsWithin: '1m',
  holdOut: 0.3,
  watch: { window: '5m', averageRunLength: 1_000, copies: 1 },
};

/** The label of a request for a number. */
export const labelOf = (value: number) => (value % 2 === 0 ? 'yes' : 'no');
