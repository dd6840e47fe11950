import { expect, it } from 'vitest';
import { readDocument, setInDocument } from '../document-form/document.ts';
import { NEW_POLICY, policyKind } from './policy-kind.ts';

it('a new policy is valid once its name, model and bounds are filled in', () => {
  expect(readDocument(NEW_POLICY, policyKind).valid).toBeNull();
  const filled = [
    [['metadata', 'name'], 'gate'],
    [['spec', 'model'], 'ranker'],
    [['spec', 'quality', 0, 'metric'], 'ndcg'],
    [['spec', 'quality', 0, 'floor'], '0.2'],
    [['spec', 'cost', 0, 'atMost'], '100'],
  ] as const;
  const text = filled.reduce((before, [path, value]) => setInDocument(before, path, value), NEW_POLICY);
  const read = readDocument(text, policyKind);
  expect(read.problems).toEqual([]);
  expect(read.valid?.spec).toMatchObject({ model: 'ranker', cost: [{ measure: 'costPerMonth', atMost: '100' }] });
  const tested = setInDocument(text, ['spec', 'quality', 0, 'superiority'], { by: '0.01' });
  expect(readDocument(setInDocument(tested, ['spec', 'alpha'], 0.05), policyKind).hidden).toEqual([
    'quality.0.superiority',
    'alpha',
  ]);
});
