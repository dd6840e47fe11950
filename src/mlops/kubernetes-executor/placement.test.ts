import { describe, expect, it } from 'vitest';
import type { Resources, WorkPlace } from '../compute/executor.ts';
import { Node } from './objects.ts';
import { buildPlacement, findProducts, isFitting, mergePlaces, parseQuantity } from './placement.ts';

const ANY: Resources = { cpus: null, memoryBytes: null, gpus: { count: 0, model: null }, instance: null, spot: false };
const buildNode = (labels: Record<string, string>, allocatable: Record<string, string> = {}) =>
  Node.parse({
    metadata: { name: 'n', labels, creationTimestamp: '2026-11-25T10:00:00Z' },
    status: { allocatable: { cpu: '7910m', memory: '30Gi', ...allocatable } },
  });
const gpuNode = (product: string, count = '8') =>
  buildNode({ 'nvidia.com/gpu.product': product }, { 'nvidia.com/gpu': count });

describe('quantities of Kubernetes', () => {
  it.each([
    ['1', 1],
    ['1500m', 1.5],
    ['2Gi', 2 * 1024 ** 3],
    ['1e3', 1000],
    ['3E', 3e18],
    ['5k', 5000],
    ['many', null],
    ['5 Gi', null],
  ])('%s is %s', (quantity, amount) => {
    expect(parseQuantity(quantity)).toBe(amount);
  });
});

describe('GPU models', () => {
  it.each([
    ['H100', 'NVIDIA-H100-80GB-HBM3', true],
    ['nvidia h100', 'NVIDIA-H100-80GB-HBM3', true],
    ['A10', 'NVIDIA-A100-SXM4-40GB', false],
    ['A100 80GB', 'NVIDIA-A100-SXM4-40GB', false],
    ['H100', 'NVIDIA-H100-80GB-HBM3-MIG-1g.10gb', true],
  ])('%s on %s: %s', (model, product, is) => {
    expect(findProducts([gpuNode(product)], model)).toEqual(is ? [product] : []);
  });
});

describe('a node', () => {
  const spotNode = buildNode({ 'karpenter.sh/capacity-type': 'spot' });
  it.each<[string, ReturnType<typeof buildNode>, Partial<Resources>, boolean]>([
    ['holds what asks for nothing', buildNode({}), {}, true],
    ['holds what is as large as it is', buildNode({}), { cpus: 7.91, memoryBytes: 30 * 1024 ** 3 }, true],
    ['does not hold more', buildNode({}), { cpus: 8 }, false],
    ['has the instance type or not', buildNode({}), { instance: 'm5.large' }, false],
    ['has no GPU', buildNode({}), { gpus: { count: 1, model: null } }, false],
    ['has GPUs', gpuNode('NVIDIA-L4', '1'), { gpus: { count: 1, model: 'L4' } }, true],
    ['on spot is not for what must stay', spotNode, { spot: false }, false],
    ['on spot is for what may go', spotNode, { spot: true }, true],
  ])('%s', (_, node, resources, is) => {
    expect(isFitting(node, { ...ANY, ...resources })).toBe(is);
  });
});

describe('where a pod may run', () => {
  it('is on a spot node of any cloud, and no other, where it must be on such capacity', () => {
    const resources: Resources = { ...ANY, spot: true, onlySpot: true, gpus: { count: 1, model: 'L4' } };
    const { affinity, tolerations } = buildPlacement({ work: { resources }, gpuProducts: ['NVIDIA-L4'] });
    const model = { key: 'nvidia.com/gpu.product', operator: 'In', values: ['NVIDIA-L4'] };
    const term = (key: string, value: string) => ({
      matchExpressions: [{ key, operator: 'In', values: [value] }, model],
    });
    expect(affinity).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            term('karpenter.sh/capacity-type', 'spot'),
            term('eks.amazonaws.com/capacityType', 'SPOT'),
            term('cloud.google.com/gke-spot', 'true'),
            term('kubernetes.azure.com/scalesetpriority', 'spot'),
          ],
        },
      },
    });
    expect(tolerations).toHaveLength(5);
  });

  it('is never on spot capacity unless the work may be taken away', () => {
    const required = JSON.stringify(buildPlacement({ work: { resources: ANY }, gpuProducts: null }));
    expect(required).toContain('{"key":"karpenter.sh/capacity-type","operator":"NotIn","values":["spot"]}');
    const spot = buildPlacement({ work: { resources: { ...ANY, spot: true } }, gpuProducts: null });
    expect(JSON.stringify(spot)).not.toContain('NotIn');
    expect(spot.tolerations).toContainEqual({
      key: 'kubernetes.azure.com/scalesetpriority',
      operator: 'Equal',
      value: 'spot',
      effect: 'NoSchedule',
    });
  });

  it('is by the products that the nodes have, or by the model as it was written where nodes are not seen', () => {
    const resources = { ...ANY, gpus: { count: 1, model: 'H100' } };
    const seen = buildPlacement({ work: { resources }, gpuProducts: ['NVIDIA-H100-PCIe', 'NVIDIA-H100-80GB-HBM3'] });
    expect(JSON.stringify(seen)).toContain('"values":["NVIDIA-H100-PCIe","NVIDIA-H100-80GB-HBM3"]');
    expect(JSON.stringify(buildPlacement({ work: { resources }, gpuProducts: null }))).toContain('"values":["H100"]');
  });
});

describe('the machines of work on several nodes', () => {
  const place: WorkPlace = {
    node: 'a',
    instance: 'g5.xlarge',
    region: 'eu-west-1',
    zone: 'eu-west-1a',
    gpuModel: 'NVIDIA-A10G',
    spot: false,
    share: 0.5,
  };

  it('are one where they are alike, with what differs unknown', () => {
    expect(mergePlaces([place, { ...place, node: 'b', zone: 'eu-west-1b' }])).toEqual({
      ...place,
      node: 'a, b',
      zone: null,
    });
    expect(mergePlaces([place, { ...place, instance: 'g5.2xlarge', share: 0.25 }])).toMatchObject({
      node: 'a',
      instance: null,
      share: 0.375,
    });
    expect(mergePlaces([place, { ...place, spot: true }])?.spot).toBe(true);
    expect([mergePlaces([]), mergePlaces([place])]).toEqual([null, place]);
  });
});
