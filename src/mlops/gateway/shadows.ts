import type { Log } from '../../platform/telemetry/index.ts';
import type { Target } from '../inference/index.ts';
import type { Deployment } from '../serving/index.ts';
import { type PredictionRequest, predict } from './predict.ts';

/**
 * Sends copies of a request to the shadow variants of a deployment, each by its share, and drops their answers. A client that hangs
 * up ends the copies too.
 */
export function sendShadows(deployment: Deployment, target: Target, asked: PredictionRequest, log: Log): void {
  const { traffic } = deployment.revision.spec;
  for (const [name, share] of Object.entries(traffic.shadow)) {
    const live = deployment.variants.find((one) => one.name === name);
    if (live === undefined || Math.random() >= share) continue;
    predict(live, target.spoken, asked).then(
      (predicted) => void ('passed' in predicted && predicted.passed.resume()),
      (error: unknown) => log.debug({ err: error, variant: name }, 'a shadow prediction failed'),
    );
  }
}
