export interface Weighed {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export interface Better {
  readonly x: 'higher' | 'lower';
  readonly y: 'higher' | 'lower';
}

/**
 * The points that no other beats: none is at least as good on both sides and better on one. In order of x.
 * Example: cost 1 and quality 5, cost 2 and quality 4 -> only the first, where less cost and more quality are better.
 */
export function paretoFront<P extends Weighed>(points: readonly P[], better: Better): P[] {
  const good = (value: number, side: 'higher' | 'lower') => (side === 'higher' ? value : -value);
  const best = [...points].sort(
    (a, b) => good(b.x, better.x) - good(a.x, better.x) || good(b.y, better.y) - good(a.y, better.y),
  );
  const front: P[] = [];
  for (const point of best) {
    const last = front.at(-1);
    const equal = last !== undefined && last.x === point.x && last.y === point.y;
    if (last === undefined || equal || good(point.y, better.y) > good(last.y, better.y)) front.push(point);
  }
  return front.sort((a, b) => a.x - b.x);
}
