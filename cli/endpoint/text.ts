import type { EndpointScaling } from '../../src/mlops/serving/autoscaling/schema.ts';
import type { Rollout, RolloutCheck, RolloutSide } from '../../src/mlops/serving/rollouts/schema.ts';
import type {
  EndpointDetail,
  EndpointRevision,
  EndpointRouteStatus,
  EndpointSummary,
  EndpointVariant,
} from '../../src/mlops/serving/schema.ts';
import type { Context } from '../frame/context.ts';
import { formatCount, formatInstant, formatMoney } from '../output/amounts.ts';
import { table } from '../output/table.ts';
import { shortenReason } from './short-reason.ts';

const plain = (text: string): string => text;

export function endpointsText(endpoints: readonly EndpointSummary[], { paint }: Context): string {
  if (endpoints.length === 0) return '';
  return table(
    endpoints,
    [
      { title: 'ENDPOINT', cell: ({ name }) => name },
      { title: 'STATE', cell: ({ state }) => state, style: ({ state }) => (state === 'failed' ? paint.bad : plain) },
      {
        title: 'LIVE',
        cell: ({ live }) => (live === null ? null : `#${live.revision} ${sharesText(live)}`),
        least: 16,
      },
      { title: 'SINCE', cell: ({ live }) => (live?.liveAt == null ? null : formatInstant(live.liveAt)) },
      { title: 'NEWEST', cell: ({ newest }) => `#${newest.revision}` },
    ],
    paint,
  );
}

/** `main 3 90%, canary 4 10%`. */
function sharesText({ versions, weights }: EndpointRevision): string {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const share = (name: string) => `${Math.round((100 * (weights[name] ?? 0)) / total)}%`;
  const routes = Object.keys(weights).filter((name) => !Object.hasOwn(versions, name));
  const served = Object.entries(versions).map(([name, version]) => `${name} v${version} ${share(name)}`);
  return [...served, ...routes.map((name) => `${name} ${share(name)}`)].join(', ');
}

export function endpointText(endpoint: EndpointDetail, context: Context): string {
  const { newest, state, url, revisions, log } = endpoint;
  const lines = [endpointsText([endpoint], context), `predictions at ${url}/`];
  if (state === 'failed')
    lines.push(`revision ${newest.revision} did not become ready: ${newest.reason ?? 'unknown reason'}`);
  const lost = log.behind + log.failed;
  if (lost > 0)
    lines.push(`${formatCount(lost)} requests were answered and are not in the prediction log (docs/serving.md)`);
  if (endpoint.variants.length > 0) lines.push('', variantsText(endpoint, context));
  if (endpoint.routes.length > 0) lines.push('', routesText(endpoint, context));
  lines.push('', revisionsText(revisions, context));
  return lines.join('\n');
}

function routesText({ routes }: EndpointDetail, context: Context): string {
  const rules = routes.flatMap(({ route, rules: of }) =>
    of.map(({ when, variant }) => `${route}: ${when ?? 'otherwise'} -> ${variant}`),
  );
  const reasons = routes.flatMap(({ route, per1000: { reason } }) =>
    reason === null ? [] : [`${route}: no cost of 1,000 requests: ${reason}`],
  );
  const lines = [...rules, ...reasons];
  return [routesTable(routes, context), ...(lines.length === 0 ? [] : ['', ...lines])].join('\n');
}

function routesTable(routes: readonly EndpointRouteStatus[], { paint }: Context): string {
  return table<EndpointRouteStatus>(
    routes,
    [
      { title: 'ROUTE', cell: ({ route }) => route },
      { title: 'KIND', cell: ({ kind }) => kind },
      {
        title: 'TRAFFIC',
        align: 'right',
        cell: ({ weight, shadow }) => (shadow > 0 ? 'shadow' : `${Math.round(100 * weight)}%`),
      },
      {
        title: 'ASKED IN 24 H',
        cell: ({ variants }) => variants.map(stageText).join(', '),
        least: 16,
      },
      {
        title: 'ESCALATED',
        align: 'right',
        cell: ({ escalatedShare }) => (escalatedShare === null ? null : `${(100 * escalatedShare).toFixed(1)}%`),
      },
      { title: 'PER 1,000', align: 'decimal', cell: ({ per1000 }) => formatMoney(per1000.cost) },
    ],
    paint,
  );
}

/** `small 120 (accepts at 0.8)`. */
function stageText({ variant, asked, acceptAtConfidence }: EndpointRouteStatus['variants'][number]): string {
  const accepts = acceptAtConfidence === null ? '' : ` (accepts at ${acceptAtConfidence})`;
  return `${variant} ${formatCount(asked)}${accepts}`;
}

function variantsText({ variants, canary }: EndpointDetail, { paint }: Context): string {
  const named = canary.map((one) => ({ ...one, variant: `${one.variant} (canary)` }));
  return table<EndpointVariant>(
    [...variants, ...named],
    [
      { title: 'VARIANT', cell: ({ variant }) => variant },
      {
        title: 'VERSION',
        cell: ({ model, version, alias }) => `${model} ${version}${alias === null ? '' : ` @${alias}`}`,
      },
      { title: 'BACKEND', cell: ({ backend }) => backend },
      {
        title: 'TRAFFIC',
        align: 'right',
        cell: ({ weight, shadow }) => (shadow > 0 ? 'shadow' : `${Math.round(100 * weight)}%`),
      },
      {
        title: 'READY',
        align: 'right',
        cell: ({ replicasReady, replicasWanted }) => `${replicasReady}/${replicasWanted}`,
      },
      { title: 'ANSWERED', align: 'right', cell: ({ answered }) => formatCount(answered) },
      { title: 'REFUSED', align: 'right', cell: ({ refused }) => formatCount(refused) },
      { title: 'LOST', align: 'right', cell: ({ lost }) => formatCount(lost) },
      { title: 'PER 1,000', align: 'decimal', cell: ({ cost }) => formatMoney(cost.per1000) },
    ],
    paint,
  );
}

function revisionsText(revisions: readonly EndpointRevision[], { paint }: Context): string {
  return table(
    revisions,
    [
      { title: 'REVISION', align: 'right', cell: ({ revision }) => `#${revision}` },
      { title: 'STATE', cell: ({ state }) => state, style: ({ state }) => (state === 'failed' ? paint.bad : plain) },
      { title: 'TRAFFIC', cell: sharesText, least: 16 },
      { title: 'CREATED', cell: ({ createdAt }) => formatInstant(createdAt) },
      {
        title: 'REASON',
        cell: ({ cause, reason }) => (reason === null ? cause : `${cause}; ${shortenReason(reason)}`),
        least: 20,
      },
    ],
    paint,
  );
}

/** Variants that scale with demand, and recent scaling decisions; '' where there are none. */
export function scalingText({ variants, decisions }: EndpointScaling, { paint }: Context): string {
  const scaled = variants.filter(({ policy, min }) => policy !== 'fixed' || min === 0);
  if (scaled.length === 0 && decisions.length === 0) return '';
  const now = table(
    scaled,
    [
      { title: 'SCALED', cell: ({ variant, version }) => `${variant} v${version}` },
      { title: 'POLICY', cell: ({ policy }) => policy },
      { title: 'DESIRED', align: 'right', cell: ({ wanted, min, max }) => `${wanted} of ${min}-${max}` },
      {
        title: 'PER HOUR',
        align: 'right',
        cell: ({ price }) => (price === null ? null : `${price.amount} ${price.currency ?? ''}`.trim()),
      },
      { title: 'COLD START', align: 'right', cell: ({ coldStartSeconds }) => `${coldStartSeconds.toFixed(1)} s` },
      { title: 'REASON', cell: ({ reason }) => reason, least: 20 },
    ],
    paint,
  );
  const before = table(
    decisions,
    [
      { title: 'DECIDED', cell: ({ at }) => formatInstant(at) },
      { title: 'VARIANT', cell: ({ variant, version }) => `${variant} v${version}` },
      { title: 'REPLICAS', align: 'right', cell: ({ from, to }) => `${from} -> ${to}` },
      { title: 'REASON', cell: ({ reason }) => reason, least: 20 },
    ],
    paint,
  );
  return decisions.length === 0 ? now : `${now}\n\n${before}`;
}

/** State of a canary, its comparison with the live version, and the checks of its analysis; '' where there was none. */
export function rolloutText(rollout: Rollout | null, context: Context): string {
  if (rollout === null) return '';
  const { revision, state, step, steps, weight, reason, live, canary, checks } = rollout;
  const head = `canary of revision ${revision}: ${state}, step ${step} of ${steps}, ${weight} % of the traffic`;
  const lines = [reason === null ? head : `${head}; ${reason}`];
  if (live !== null) lines.push(`  live:   ${sideText(live)}`);
  if (canary !== null) lines.push(`  canary: ${sideText(canary)}`);
  if (checks.length > 0) lines.push('', checksText(checks, context));
  for (const { cost } of checks) if (cost !== undefined) lines.push('', costText(cost));
  return lines.join('\n');
}

/** `busy cost of 1,000 requests: live $0.02, canary $0.021; at 1 x machine $3.60 an hour (canary)`. */
function costText({ basis, livePerThousand, canaryPerThousand, prices }: NonNullable<RolloutCheck['cost']>): string {
  const at = prices.map(({ side, resource, perHour }) => `${resource} ${formatMoney(perHour)} an hour (${side})`);
  const sides = `live ${formatMoney(livePerThousand)}, canary ${formatMoney(canaryPerThousand)}`;
  return `${basis} cost of 1,000 requests: ${sides}; at ${at.join(', ')}`;
}

/** Checks of the analysis of a canary; a difference in points of a share, a ratio as a factor. */
function checksText(checks: readonly RolloutCheck[], { paint }: Context): string {
  const show = ({ scale, unit }: RolloutCheck, value: number | null) => {
    if (value === null) return null;
    if (scale === 'ratio') return `${value.toFixed(2)}x`;
    return unit === 'query' ? String(Number(value.toPrecision(4))) : `${(100 * value).toFixed(2)} pp`;
  };
  return table<RolloutCheck>(
    checks,
    [
      { title: 'CHECK', cell: ({ name }) => name },
      {
        title: 'VERDICT',
        cell: ({ verdict }) => verdict,
        style: ({ verdict }) => (verdict === 'fails' ? paint.bad : plain),
      },
      { title: 'ESTIMATE', align: 'right', cell: (check) => show(check, check.estimate) },
      { title: 'FROM', align: 'right', cell: (check) => show(check, check.lower) },
      { title: 'TO', align: 'right', cell: (check) => show(check, check.upper) },
      { title: 'LIMIT', align: 'right', cell: (check) => show(check, check.limit) },
      { title: 'N', align: 'right', cell: ({ n }) => formatCount(n) },
      {
        title: 'NEEDED',
        align: 'right',
        cell: ({ samplesNeeded }) => (samplesNeeded === null ? null : formatCount(samplesNeeded)),
      },
      { title: 'REASON', cell: ({ reason }) => reason, least: 20 },
    ],
    paint,
  );
}

function sideText({ requests, errorRate, errorRateLow, errorRateHigh, p95Ms }: RolloutSide): string {
  if (errorRate === null || errorRateLow === null || errorRateHigh === null) return 'no request in this step yet';
  const percent = (share: number) => (100 * share).toFixed(1);
  const errors = `${percent(errorRate)} % errors (${percent(errorRateLow)} to ${percent(errorRateHigh)})`;
  return `${formatCount(requests)} requests, ${errors}, p95 ${p95Ms === null ? 'unknown' : `${Math.round(p95Ms)} ms`}`;
}
