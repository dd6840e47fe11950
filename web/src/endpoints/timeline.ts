import type { EndpointMetric, EndpointMetrics } from '../../../src/mlops/gateway/metrics/schema.ts';
import type { EndpointRevision, EndpointVariant } from '../../../src/mlops/serving/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import type { Panel, PanelMark, PanelSeries, TimePanelsData } from '../charts/time-panels-data.ts';
import { axisMoney, formatMoney } from '../format/money.ts';
import { formatCount, formatMeasure, formatMilliseconds, formatPercent } from '../format/number.ts';
import { formatDay } from '../format/time.ts';
import { categoryColour, OTHER_COLOUR, SERIES_LIMIT } from '../theme/category-colours.ts';
import { sum } from './sum.ts';

/** Event of an endpoint for the time axis. */
export interface TimelineEvent {
  readonly at: string;
  readonly label: string;
  /** Written next to the plot. */
  readonly short: string;
}

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
const NOT_MEASURED = 'not measured';

/** A version of a variant; each has a separate colour. */
interface Served {
  readonly id: string;
  readonly name: string;
  readonly variable: string;
  /** Its point of each step; undefined where nothing was measured. */
  readonly points: readonly (EndpointMetric | undefined)[];
}

type NowServed = Pick<EndpointVariant, 'variant' | 'version'>;

/**
 * Traffic, latency, errors, replicas and cost by step, as panels on one time axis. The versions in `now` are live. They
 * come first, so that they have the same colours as elsewhere on the page.
 */
export function buildTimeline(
  metrics: EndpointMetrics,
  events: readonly TimelineEvent[],
  now: readonly NowServed[],
): TimePanelsData {
  const times = listTimes(metrics);
  const served = listServed(metrics, times, now);
  const seconds = metrics.stepSeconds;
  return {
    times,
    timeText: seconds >= HOUR_SECONDS * 6 ? dayText : seconds >= HOUR_SECONDS ? dayHourText : clockText,
    panels: [traffic(served, seconds), latency(served), errors(served), replicas(served), cost(served, seconds)],
    marks: listRevisionMarks(events, metrics, times),
  };
}

/** The revisions that got the traffic, as events. */
export function revisionEvents(revisions: readonly EndpointRevision[]): TimelineEvent[] {
  return revisions.flatMap(({ revision, liveAt, cause, versions }) =>
    liveAt === null
      ? []
      : [{ at: liveAt, label: `Revision ${revision} went live: ${cause}`, short: nameRevision(revision, versions) }],
  );
}

/** `v7` of a single version, else `revision 3`. */
function nameRevision(revision: number, versions: EndpointRevision['versions']): string {
  const [version, ...others] = new Set(Object.values(versions));
  return version === undefined || others.length > 0 ? `revision ${revision}` : `v${version}`;
}

function listTimes({ since, until, stepSeconds }: EndpointMetrics): string[] {
  const begin = Date.parse(since);
  const count = Math.max(1, Math.ceil((Date.parse(until) - begin) / (stepSeconds * 1000)));
  return Array.from({ length: count }, (_, index) => new Date(begin + index * stepSeconds * 1000).toISOString());
}

function listServed({ points }: EndpointMetrics, times: readonly string[], now: readonly NowServed[]): Served[] {
  const places = new Map(times.map((time, index) => [Date.parse(time), index]));
  const found = new Map<string, (EndpointMetric | undefined)[]>();
  for (const { variant, version } of now)
    found.set(
      `${variant} ${version}`,
      times.map(() => undefined),
    );
  for (const point of points) {
    const id = `${point.variant} ${point.version}`;
    const own = found.get(id) ?? times.map(() => undefined);
    const place = places.get(Date.parse(point.at));
    if (place !== undefined) own[place] = point;
    found.set(id, own);
  }
  return [...found].flatMap(([id, own], index) => {
    const first = own.find((point) => point !== undefined);
    const variable = index < SERIES_LIMIT ? categoryColour(index) : OTHER_COLOUR;
    // A version without metrics keeps its colour reserved.
    return first === undefined
      ? []
      : [{ id, name: `${first.variant}, version ${first.version}`, variable, points: own }];
  });
}

interface Drawn {
  readonly of: (point: EndpointMetric) => number | null;
  readonly text: (point: EndpointMetric) => string;
}

function series(
  panel: string,
  served: Served,
  display: Omit<PanelSeries, 'id' | 'name' | 'variable' | 'values' | 'formatPoint'>,
  { of, text }: Drawn,
): PanelSeries {
  const { id, name, variable, points } = served;
  return {
    ...{ id: `${panel} ${id}`, name, variable },
    ...display,
    values: points.map((point) => (point === undefined ? null : of(point))),
    formatPoint: (index) => {
      const point = points[index];
      return point === undefined ? NOT_MEASURED : text(point);
    },
  };
}

/** Few requests are counted by the minute, many by the second. */
function traffic(served: readonly Served[], seconds: number): Panel {
  const most = Math.max(0, ...served.flatMap(({ points }) => points.map((point) => point?.requests ?? 0)));
  const [per, unit] = most / seconds >= 1 ? [1, 'second'] : [60, 'minute'];
  return {
    id: 'traffic',
    title: `Requests per ${unit}`,
    axisText: formatMeasure,
    leastMax: 1,
    series: served.map((one) =>
      series(
        'traffic',
        one,
        { shape: 'bar', stack: 'traffic' },
        {
          of: ({ requests }) => (requests * per) / seconds,
          text: ({ requests }) => `${formatMeasure((requests * per) / seconds)} (${formatCount(requests)} in total)`,
        },
      ),
    ),
  };
}

/**
 * Latency: all percentiles of a single version. With several versions the 95th of each, so that they can be
 * distinguished; the others appear on hover.
 */
function latency(served: readonly Served[]): Panel {
  const text = ({ latencyMs }: EndpointMetric) =>
    latencyMs === null
      ? 'no answer'
      : `${formatMilliseconds(latencyMs.p95)}; p50 ${formatMilliseconds(latencyMs.p50)}, p99 ${formatMilliseconds(latencyMs.p99)}`;
  const [alone, ...others] = served;
  if (alone !== undefined && others.length === 0) {
    const of = (key: 'p50' | 'p95' | 'p99', faint: boolean) => ({
      ...series(
        'latency',
        alone,
        { shape: 'line', faint },
        {
          of: ({ latencyMs }) => latencyMs?.[key] ?? null,
          text: ({ latencyMs }) => (latencyMs === null ? 'no answer' : formatMilliseconds(latencyMs[key])),
        },
      ),
      ...{ id: `latency ${key}`, name: key },
    });
    return {
      ...LATENCY,
      title: 'Latency in ms: p95, p50 and p99 dashed',
      series: [of('p99', true), of('p95', false), of('p50', true)],
    };
  }
  return {
    ...LATENCY,
    title: 'Latency in ms: p95 of each version',
    series: served.map((one) =>
      series('latency', one, { shape: 'line' }, { of: ({ latencyMs }) => latencyMs?.p95 ?? null, text }),
    ),
  };
}

const LATENCY = { id: 'latency', axisText: formatMeasure };

const FAULTS = [
  { key: 'errors', name: 'Failed (5xx, cut short)', variable: '--bad' },
  { key: 'throttled', name: 'Queue full (429)', variable: '--ink-3' },
  { key: 'refused', name: 'Client error (4xx)', variable: '--cat-other' },
] as const;

/** Share of the requests without a successful answer over all versions, by cause. */
function errors(served: readonly Served[]): Panel {
  const steps = listSteps(served);
  return {
    id: 'errors',
    title: 'Not answered, % of requests',
    axisText: (percent) => formatPercent(percent),
    leastMax: 1,
    series: FAULTS.map(({ key, name, variable }) => ({
      ...{ id: `errors ${key}`, name, variable, shape: 'bar', stack: 'errors' },
      values: steps.map((points) => {
        const requests = sum(points, (point) => point.requests);
        return points.length === 0 ? null : requests === 0 ? 0 : (sum(points, (point) => point[key]) / requests) * 100;
      }),
      formatPoint: (index) => {
        const points = steps[index] ?? [];
        if (points.length === 0) return NOT_MEASURED;
        return `${formatCount(sum(points, (point) => point[key]))} of ${formatCount(sum(points, (point) => point.requests))}`;
      },
    })),
  };
}

function replicas(served: readonly Served[]): Panel {
  return {
    id: 'replicas',
    title: 'Replicas that answer',
    axisText: formatMeasure,
    leastMax: 2,
    series: served.map((one) =>
      series(
        'replicas',
        one,
        { shape: 'step', stack: 'replicas' },
        {
          of: (point) => point.replicas,
          text: (point) => (point.replicas === null ? NOT_MEASURED : formatMeasure(point.replicas)),
        },
      ),
    ),
  };
}

/** Cost per hour, so that steps of any length are comparable. */
function cost(served: readonly Served[], seconds: number): Panel {
  const steps = listSteps(served);
  const costs = steps.map((points) => points.flatMap((point) => (point.cost === null ? [] : [point.cost])));
  const currency = costs.flat()[0]?.currency ?? 'USD';
  const sums = costs.map((found) =>
    found.length === 0 || found.some((money) => money.currency !== currency)
      ? null
      : found.reduce((total, { amount }) => total.plus(amount), decimal(0)),
  );
  const hourly = (index: number) => sums[index]?.times(HOUR_SECONDS).dividedBy(seconds) ?? null;
  return {
    id: 'cost',
    title: 'Cost per hour, metered',
    axisText: (amount) => axisMoney(amount, currency),
    series: [
      {
        ...{ id: 'cost', name: 'All versions', variable: '--cost-fill', shape: 'bar', stack: 'cost' },
        values: sums.map((_, index) => hourly(index)?.toNumber() ?? null),
        formatPoint: (index) => {
          const [total, perHour] = [sums[index], hourly(index)];
          if (total == null || perHour === null) return steps[index]?.length === 0 ? NOT_MEASURED : 'no price';
          const money = (amount: typeof total) => formatMoney({ amount: decimalString(amount), currency });
          return `${money(perHour)} (${money(total)} in total)`;
        },
      },
    ],
  };
}

/** Metrics of each step, over all versions. */
function listSteps(served: readonly Served[]): EndpointMetric[][] {
  const count = served[0]?.points.length ?? 0;
  return Array.from({ length: count }, (_, index) =>
    served.flatMap(({ points }) => (points[index] === undefined ? [] : [points[index]])),
  );
}

function listRevisionMarks(
  events: readonly TimelineEvent[],
  { stepSeconds }: EndpointMetrics,
  times: readonly string[],
): PanelMark[] {
  const begin = Date.parse(times[0] ?? '');
  return events.flatMap(({ at, label, short }) => {
    const index = Math.floor((Date.parse(at) - begin) / (stepSeconds * 1000));
    return index >= 0 && index < times.length ? [{ index, label, short }] : [];
  });
}

function clockText(time: string): string {
  return time.slice(11, 16);
}

function dayHourText(time: string): string {
  return Date.parse(time) % (DAY_SECONDS * 1000) === 0 ? dayText(time) : clockText(time);
}

function dayText(time: string): string {
  return formatDay(time.slice(0, 10));
}
