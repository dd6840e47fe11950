import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paretoFront } from './pareto.ts';

const named = (...places: [number, number][]) => places.map(([x, y], index) => ({ id: String(index), x, y }));
const ids = (points: readonly { readonly id: string }[]) => points.map(({ id }) => id);

describe('the front of what nothing beats', () => {
  it('leaves out what costs more and is worth less', () => {
    const front = paretoFront(named([1, 5], [2, 4], [3, 9], [3, 8]), { x: 'lower', y: 'higher' });
    expect(ids(front)).toEqual(['0', '2']);
  });

  it('turns with what is better', () => {
    const points = named([1, 5], [2, 4], [3, 9]);
    expect(ids(paretoFront(points, { x: 'lower', y: 'lower' }))).toEqual(['0', '1']);
    expect(ids(paretoFront(points, { x: 'higher', y: 'higher' }))).toEqual(['2']);
  });

  it('keeps two that are the same', () => {
    expect(ids(paretoFront(named([1, 5], [1, 5]), { x: 'lower', y: 'higher' }))).toEqual(['0', '1']);
  });

  it('holds exactly the points that no other beats', () => {
    const place = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }));
    fc.assert(
      fc.property(fc.array(place, { maxLength: 30 }), (places) => {
        const points = named(...places);
        const beaten = (a: (typeof points)[number]) =>
          points.some((b) => b.x <= a.x && b.y >= a.y && (b.x < a.x || b.y > a.y));
        const expected = points.filter((point) => !beaten(point));
        expect(ids(paretoFront(points, { x: 'lower', y: 'higher' })).sort()).toEqual(ids(expected).sort());
      }),
    );
  });
});
