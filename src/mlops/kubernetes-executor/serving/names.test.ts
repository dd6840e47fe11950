import { expect, it } from 'vitest';
import { buildWorkloadName, hashFacts } from './names.ts';

const facts = hashFacts(['server', 'key']);

it.each([
  ['ranker', /^serve-ranker-[0-9a-f]{10}$/],
  ['2-fast', /^serve-2-fast-[0-9a-f]{10}$/],
  ['a'.repeat(63), /^serve-a{36}-[0-9a-f]{10}$/],
  [`${'a'.repeat(35)}-bc`, /^serve-a{35}-[0-9a-f]{10}$/],
  ['', /^serve-[0-9a-f]{10}$/],
])('objects for %s are called so that Kubernetes takes it, a Service too', (title, name) => {
  expect(buildWorkloadName(title, facts)).toMatch(name);
  expect(buildWorkloadName(title, facts)).not.toBe(buildWorkloadName(title, hashFacts(['other', 'key'])));
});
