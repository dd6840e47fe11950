import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { describe, expect, it } from 'vitest';
import { behindSeries, placeAxis } from './axis-marks.ts';

use([BarChart, LineChart, GridComponent, MarkLineComponent, SVGRenderer]);

function drawnSvg(option: object): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 600, height: 300 });
  chart.setOption({ animation: false, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

describe('the axis of steps', () => {
  const ticks = (axis: 'step' | 'relative', last: number) =>
    [
      ...drawnSvg({
        xAxis: { ...placeAxis({ axis, from: undefined, to: undefined }), splitNumber: 4 },
        yAxis: { type: 'value', axisLabel: { show: false } },
        series: [{ type: 'line', data: Array.from({ length: last }, (_, step) => [step + 1, 1]) }],
      }).matchAll(/<text[^>]*>([^<]*)<\/text>/g),
    ].map(([, text]) => Number(text));

  it.each([2, 3, 5, 100])('has whole numbers, each once, for %d steps', (last) => {
    const found = ticks('step', last);
    expect(found.length).toBeGreaterThan(1);
    expect(found.filter(Number.isInteger)).toEqual(found);
    expect(new Set(found).size).toBe(found.length);
  });

  it('has parts where the axis is time', () => {
    expect(ticks('relative', 3)).toContain(1.5);
  });
});

it('draws the line of a mark behind the bars', () => {
  const svg = drawnSvg({
    xAxis: { type: 'category', data: ['a', 'b'] },
    yAxis: { type: 'value', splitLine: { show: false } },
    series: [
      {
        ...{ type: 'bar', data: [1, 2], itemStyle: { color: '#00ff01' } },
        markLine: { ...behindSeries('#ff0002'), data: [{ xAxis: 'b' }] },
      },
    ],
  });
  expect(svg.indexOf('#ff0002')).toBeGreaterThan(-1);
  expect(svg.indexOf('#ff0002')).toBeLessThan(svg.indexOf('#00ff01'));
});
