import { expect, it } from 'vitest';
import { EndpointSpec } from '../../../mlops/endpoint-spec/schema.ts';
import { parseInstance, selectHeldResource } from '../../../mlops/replicas/backends/kubernetes/index.ts';
import { selectHeldResource as selectPriced } from '../../../mlops/serving/usage.ts';
import { OptimizationSpec } from './schema.ts';
import { buildTrialSpec, chooseArms } from './trial-spec.ts';

const container = { image: 'registry/model:1', protocol: 'v2' };
const spotNodes = { 'node.kubernetes.io/instance-type': 'g5.xlarge', 'karpenter.sh/capacity-type': 'spot' };

it('moves replicas to spot nodes, which are metered at their own price', () => {
  const main = { model: 'm', version: 1, backend: 'kubernetes', container, resources: { instance: 'g5.xlarge' } };
  const identity = { serviceAccount: 'models', tolerations: [{ key: 'gpu' }] };
  const before = EndpointSpec.parse({ variants: { main: { ...main, kubernetes: identity } } });
  const spec = OptimizationSpec.parse({
    endpoint: 'e',
    change: {
      resources: { instance: 'spot:g5.xlarge' },
      kubernetes: { spot: true, nodeSelector: spotNodes },
    },
    compare: 'arms',
  });
  const arms = chooseArms('cheap', spec, before);
  const share = { share: 0.5, copies: { baseline: 0, candidate: 0 }, isKept: false };
  const { variants } = EndpointSpec.parse(buildTrialSpec('cheap', before, arms, share));
  const candidate = variants['cheap-candidate'];
  if (candidate === undefined) throw new Error('the trial has no candidate');
  expect(candidate).toMatchObject({
    version: '1',
    container,
    kubernetes: { ...identity, spot: true, nodeSelector: spotNodes },
  });
  // The key is no instance type, so that the node selector chooses the nodes, and the price is that of the variant on any node.
  expect(parseInstance(candidate.resources.instance)).toBeNull();
  const node = { node: 'n1', instance: 'g5.xlarge', region: null, zone: null, gpuModel: null, spot: true, share: 1 };
  expect(selectHeldResource(node, candidate.resources)).toBeNull();
  expect(selectPriced(candidate)).toEqual({ resource: 'spot:g5.xlarge', quantity: '1' });
});

it.each([
  { process: { protocol: 'mlflow', command: ['sh'] } },
  { container },
  { env: { NODE_OPTIONS: '--require ./other.js' } },
  { kubernetes: { serviceAccount: 'privileged' } },
  { kubernetes: { priorityClass: 'system-cluster-critical' } },
])(
  'a change sets no command, container, environment or identity, which need the rights for an endpoint: %o',
  (change) => {
    expect(OptimizationSpec.safeParse({ endpoint: 'e', change }).success).toBe(false);
  },
);
