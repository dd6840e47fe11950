import { describe, expect, it } from 'vitest';
import { EndpointSpec } from '../schema.ts';

const onnx = { model: 'm', version: '1', backend: 'onnx' };
const variants = { small: onnx, medium: onnx, large: onnx };

function parse(route: unknown, more: object = {}): string[] {
  const parsed = EndpointSpec.safeParse({ variants, routes: { thrifty: route }, ...more });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const cascade = (...stages: object[]) => ({ cascade: { stages } });
const small = { variant: 'small', acceptAtConfidence: 0.8, confidence: 'p' };
const rule = (when: object) => ({ router: { rules: [{ when, variant: 'small' }], otherwise: 'large' } });

describe('a route of an endpoint', () => {
  it('is accepted as a cascade or a router, and weights and shadows may name it', () => {
    const traffic = { weights: { small: 0, thrifty: 1 }, shadow: { thrifty: 0.5 } };
    expect(parse(cascade(small, { variant: 'large' }), { traffic })).toEqual([]);
    expect(parse(rule({ header: 'x-tier', in: ['free', 'trial'] }), { traffic })).toEqual([]);
    expect(EndpointSpec.parse({ variants }).routes).toEqual({});
  });

  it.each<[string, unknown, string]>([
    [
      'a cascade and a router',
      { ...cascade(small, { variant: 'large' }), ...rule({ input: 'x', equals: 1 }) },
      'set either',
    ],
    ['neither', {}, 'set either a cascade or a router'],
    ['one stage', cascade({ variant: 'large' }), 'a cascade has 2 to 5 stages'],
    ['six stages', cascade(...Array(5).fill(small), { variant: 'large' }), 'a cascade has 2 to 5 stages'],
    ['a stage without a threshold', cascade({ variant: 'small' }, { variant: 'large' }), 'set acceptAtConfidence'],
    ['a last stage with a threshold', cascade(small, { ...small, variant: 'large' }), 'the last stage always answers'],
    [
      'a threshold above 1',
      cascade({ ...small, acceptAtConfidence: 80 }, { variant: 'large' }),
      'expected number to be <=1',
    ],
    [
      'a variant twice',
      cascade(small, { ...small }, { variant: 'large' }),
      'variant "small" is already an earlier stage',
    ],
    [
      'an unknown variant',
      cascade(small, { variant: 'huge' }),
      'routes.thrifty.cascade.stages.1.variant: there is no variant "huge"',
    ],
    [
      'itself as a stage',
      cascade(small, { variant: 'thrifty' }),
      '"thrifty" is a route; a route names variants with a model',
    ],
    ['a condition on nothing', rule({ equals: 1 }), 'name either an input or a header'],
    ['a condition without a test', rule({ input: 'x' }), 'set exactly one of equals, in, below, atLeast, longerThan'],
    ['a condition with two tests', rule({ input: 'x', below: 1, atLeast: 0 }), 'set exactly one of'],
  ])('is refused with %s', (_what, route, reason) => {
    expect(parse(route).join('\n')).toContain(reason);
  });

  it('is refused under the name of a variant, and weights must name something', () => {
    const named = EndpointSpec.safeParse({ variants, routes: { small: cascade(small, { variant: 'large' }) } });
    expect(named.error?.issues[0]?.message).toBe('"small" is already the name of a variant');
    const traffic = { weights: { other: 1 } };
    expect(parse(cascade(small, { variant: 'large' }), { traffic })).toEqual([
      'traffic.weights.other: there is no variant "other"',
    ]);
  });
});
