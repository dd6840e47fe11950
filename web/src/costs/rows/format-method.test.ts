import { expect, it } from 'vitest';
import { methodSaid } from './format-method.ts';

it.each([
  ['direct', 'direct: all of it'],
  ['proportional/gpu-hours', 'in proportion to gpu hours'],
  ['kubernetes/gpu-share', 'Kubernetes, by gpu share'],
  ['something-new', 'something-new'],
])('says %s as %s', (method, said) => expect(methodSaid(method)).toBe(said));
