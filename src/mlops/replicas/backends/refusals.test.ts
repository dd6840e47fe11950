import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Application } from '../../../main.ts';
import { catchProblem, testApplication } from '../../../testing/application.ts';
import { applied } from '../../testing/pipelines.ts';

let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application[Symbol.asyncDispose]());

const container = { image: 'acme/ranker:1', protocol: 'v2' };
const onlyContainers = 'requires the backend "docker" or "kubernetes"';

it.each<[string, object, string, string]>([
  [
    'docker without an engine',
    { backend: 'docker', container },
    'executor_unknown',
    'a Docker Engine, which this server does not have: set docker',
  ],
  [
    'kubernetes',
    { backend: 'kubernetes', container },
    'executor_unknown',
    'a Kubernetes cluster, which this server does not have: set kubernetes',
  ],
  ['docker without a container', { backend: 'docker' }, 'manifest_invalid', `container ${onlyContainers}`],
  ['a container for onnx', { backend: 'onnx', container }, 'manifest_invalid', `container ${onlyContainers}`],
  [
    'GPUs for onnx',
    { backend: 'onnx', resources: { gpu: { count: 1 } } },
    'manifest_invalid',
    `resources.gpu ${onlyContainers}`,
  ],
  [
    'pods for docker',
    { backend: 'docker', container, kubernetes: {} },
    'manifest_invalid',
    'kubernetes requires the backend "kubernetes"',
  ],
  [
    'an image that is an option',
    { backend: 'docker', container: { ...container, image: '--privileged' } },
    'manifest_invalid',
    'the name of an image',
  ],
  [
    'a grace without end',
    { backend: 'docker', container: { ...container, grace: '2h' } },
    'manifest_invalid',
    'at most 1h',
  ],
])('an endpoint with %s is refused', async (_what, variant, code, detail) => {
  const spec = { variants: { main: { model: 'm', version: 1, ...variant } } };
  const document = { apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name: 'refused' }, spec };
  expect(await catchProblem(applied(application, JSON.stringify(document)))).toMatchObject({
    code,
    detail: expect.stringContaining(detail),
  });
});
