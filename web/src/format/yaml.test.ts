import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { toYaml } from './yaml.ts';

const DOCUMENT = {
  kind: 'Monitor',
  metadata: { name: 'home-feed' },
  spec: {
    drift: { columns: ['inputs.age'], level: 0.05 },
    alerts: [
      { name: 'audience', on: 'drift' },
      { name: 'relevance', open: 1, reference: { start: '2026-11-27T18:00:00.000Z', of: [{ a: 1 }] }, tags: [] },
    ],
    notify: [],
    steps: [{}, { a: 'yes' }],
  },
};

it('writes maps and lists of objects as blocks', () => {
  expect(toYaml({ kind: 'Monitor', alerts: [{ name: 'a', open: 1 }, { name: 'b' }] })).toBe(
    'kind: Monitor\nalerts:\n  - name: a\n    open: 1\n  - name: b\n',
  );
});

it('writes what YAML reads as the same document', () => {
  expect(parse(toYaml(DOCUMENT))).toEqual(DOCUMENT);
});
