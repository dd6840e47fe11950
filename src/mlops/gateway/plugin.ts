import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Plugin } from '../../platform/http/index.ts';
import { ClientGone, parseTarget, ServingProblem } from '../inference/index.ts';
import type { Deployment, Deployments } from '../serving/index.ts';
import { problemOf, sendBody, sendProblem } from './answer.ts';
import { answerPrediction, type PredictionDeps } from './answer-prediction.ts';
import { describeTarget } from './describe.ts';
import { countEndings } from './metrics/counting.ts';
import type { MetricRecorder } from './metrics/recorder.ts';

interface GatewayPluginDeps extends PredictionDeps {
  readonly deployments: Pick<Deployments, 'find'>;
  readonly metrics: Pick<MetricRecorder, 'request' | 'served' | 'unmeasured'>;
}

/** Everything under `/serve/NAME/`: the addresses of all protocols, for every endpoint. */
export function gatewayPlugin(deps: GatewayPluginDeps): Plugin {
  const { deployments, log, metrics } = deps;

  async function answered(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { endpoint = '', '*': path = '' } = request.params as Record<string, string>;
    const target = parseTarget(request.method === 'HEAD' ? 'GET' : request.method, path);
    try {
      const found = deployments.find(endpoint);
      if (found === null && target.what === 'predict') metrics.unmeasured(endpoint);
      const deployment = requireLive(endpoint, found);
      if (target.what === 'nothing') throw buildNoAddress(request.method, path);
      if (target.what !== 'predict') return sendBody(reply, ...describeTarget(deployment, target));
      return await answerPrediction(deps, deployment, target, request, reply);
    } catch (error) {
      if (error instanceof ClientGone) return reply.status(CLIENT_GONE).send();
      return sendProblem(reply, target, problemOf(error, log), request);
    }
  }

  return (app) => {
    countEndings(app, metrics);
    app.removeAllContentTypeParsers();
    // Do not parse here: the endpoint limits the size of a body.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    app.get('/serve/:endpoint/*', { config: { scope: 'mlops.read' } }, answered);
    app.post('/serve/:endpoint/*', { config: { scope: 'serving.predict', audit: 'counted' } }, answered);
  };
}

/** Seen in logs only. */
const CLIENT_GONE = 499;

/** Errors: `unavailable` while it has nothing live, `not_found`. */
function requireLive(endpoint: string, found: Deployment | null | undefined): Deployment {
  if (found === undefined) throw new ServingProblem('not_found', `There is no endpoint "${endpoint}".`);
  if (found === null) throw new ServingProblem('unavailable', `Endpoint "${endpoint}" has no live revision yet.`, 1);
  return found;
}

function buildNoAddress(method: string, path: string): ServingProblem {
  return new ServingProblem(
    'not_found',
    `No protocol of this server has ${method} ${path}; docs/serving.md lists the protocols.`,
  );
}
