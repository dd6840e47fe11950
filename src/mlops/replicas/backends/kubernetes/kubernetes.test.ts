import { expect, it } from 'vitest';
import { EndpointSpec } from '../../../endpoint-spec/schema.ts';
import { parseInstance, selectHeldResource } from './index.ts';

it.each([
  ['machine', null],
  ['g5.xlarge', 'g5.xlarge'],
  ['g5.xlarge@eu-west-1', 'g5.xlarge'],
  ['gpu:H100', null],
  ['aws/g5.xlarge', null],
])('a replica that is priced by %s is on nodes of the type %s', (resource, type) => {
  expect(parseInstance(resource)).toBe(type);
});

const NODE = {
  node: 'n',
  instance: 'm5.large',
  region: 'eu-west-1',
  zone: null,
  gpuModel: null,
  spot: false,
  share: 0.5,
};

it.each<[string, object, Parameters<typeof selectHeldResource>[0], ReturnType<typeof selectHeldResource>]>([
  ['its part of the node', {}, NODE, { resource: 'm5.large@eu-west-1', quantity: '0.5' }],
  ['its part of a node without a region', {}, { ...NODE, region: null }, { resource: 'm5.large', quantity: '0.5' }],
  ['what it names', { instance: 'own' }, NODE, null],
  ['its GPUs', { gpu: { count: 1 } }, NODE, null],
  ['what the variant says on a spot node', {}, { ...NODE, spot: true }, null],
  ['what the variant says where nodes are not seen', {}, null, null],
])('a replica is priced by %s', (_what, resources, place, held) => {
  const container = { image: 'i', protocol: 'v2' };
  const main = { model: 'm', version: 1, backend: 'kubernetes', container, resources };
  const { variants } = EndpointSpec.parse({ variants: { main } });
  expect(variants.main && selectHeldResource(place, variants.main.resources)).toEqual(held);
});
