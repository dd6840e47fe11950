import { expect, it } from 'vitest';
import type { WhatIfState } from '../../../src/tradeoff/frontier/schema.ts';
import { explainUnknown, NO_CHANGE, parseFields, toChange } from './what-if-change.ts';

const fields = (values: Readonly<Record<string, string>>) => parseFields((name) => values[name] ?? '');

it('turns the fields of the form into the change that the server computes', () => {
  const search = fields({
    traffic: '10',
    hardware: '1 x gpu:A10G',
    spot: 'on',
    precision: 'half',
    replicas: '4',
    loss: '0.5',
  });
  expect(toChange(search)).toEqual({
    ...{ traffic: 10, hardware: '1 x gpu:A10G', spot: true, precision: 'half', replicas: 4, acceptLoss: 0.5 },
  });
});

it.each([
  [{}],
  [{ traffic: '1' }],
  [{ traffic: '-2' }],
  [{ traffic: 'many' }],
  [{ replicas: '1.5' }],
  [{ replicas: '0' }],
  [{ loss: '0' }],
  [{ precision: 'quarter' }],
])('takes %j as no change', (values: Readonly<Record<string, string>>) => {
  expect(toChange(fields(values))).toBeNull();
});

it('clears every parameter of a change from the address', () => {
  expect(toChange({ ...fields({ traffic: '10', spot: 'on', loss: '2' }), ...NO_CHANGE })).toBeNull();
});

it('names the reason of an unknown figure with the command that measures it', () => {
  const unknown: WhatIfState['unknown'] = [
    { figure: 'latency', reason: 'no benchmark on 1 x gpu:A10G', command: 'steelyard usage record -f usage.json' },
  ];
  const state = { unknown } as WhatIfState;
  expect(explainUnknown(state, 'latency', [])).toBe(
    'no benchmark on 1 x gpu:A10G. Measure it: steelyard usage record -f usage.json',
  );
  expect(explainUnknown(state, 'quality', [])).toBe('It is not known.');
  expect(explainUnknown(null, 'quality', ['no half-precision version'])).toBe('no half-precision version');
});
