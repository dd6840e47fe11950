/** Kind of an axis, and its first and last value. */
interface Places {
  readonly axis: 'step' | 'time' | 'relative';
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** Options of the axis of positions, without its style. Steps are whole numbers, and so are their marks. */
export function placeAxis({ axis, from, to }: Places) {
  return {
    type: axis === 'time' ? 'time' : 'value',
    min: from ?? 'dataMin',
    max: to ?? 'dataMax',
    ...(axis === 'step' ? { minInterval: 1 } : {}),
  };
}

/** Lines of marks, drawn before the series (z 2), so that they do not cross the bars. */
export function behindSeries(color: string) {
  return {
    ...{ silent: true, symbol: 'none', animation: false, label: { show: false }, z: 1 },
    lineStyle: { color, width: 1, type: 'solid' },
  };
}
