import { expect, it } from 'vitest';
import { formatMethod } from './format-method.ts';

it.each([
  ['direct', 'direct: all of it'],
  ['proportional/gpu-hours', 'in proportion to gpu hours'],
  ['kubernetes/gpu-share', 'Kubernetes, by gpu share'],
  ['something-new', 'something-new'],
])('says %s as %s', (method, text) => expect(formatMethod(method)).toBe(text));
