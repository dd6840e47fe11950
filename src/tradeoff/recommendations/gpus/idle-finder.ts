import { DAY_MS, HOUR_MS } from '../../../platform/units/durations.ts';
import type { Finder, Finding, Window } from '../finder.ts';
import { rateConfidence } from '../savings/confidence.ts';
import { buildGpuItemId } from '../savings/ledger.ts';
import type { Card } from './cards.ts';
import type { GpuFinderDeps } from './finder.ts';
import { buildGpuItems, formatLoad, groupLoads, isIdle, listUnitPrices, type MeasuredLoad } from './loads.ts';

/** Idle GPUs, one recommendation for each: they are returned one by one. */
export function createIdleGpuFinder({ gpuUsage }: GpuFinderDeps): Finder {
  return {
    kind: 'return_gpu',
    async find(window) {
      const { groups, lacks } = groupLoads(await gpuUsage.loads(window));
      const found = groups.flatMap(({ resource, card, loads }) =>
        loads.filter(isIdle).map((load) => buildIdleFinding(resource, card, load, window)),
      );
      return { found, lacks };
    },
  };
}

function buildIdleFinding(resource: string, card: Card, load: MeasuredLoad, window: Window): Finding {
  const { gpu, spanMs, knownMs, readUntilMs } = load;
  const idle = formatSpan(spanMs);
  const prices = listUnitPrices(resource, [load]);
  return {
    about: `gpu:${gpu}`,
    title: `Return ${gpu}: idle ${idle}`,
    what: `${card.name} GPU, priced as ${resource}`,
    subject: {},
    before: `Idle ${idle}: no workload and no memory in use`,
    after: 'Returned to the provider, or released from its node pool',
    confidence: rateConfidence(spanMs / DAY_MS, Math.min(1, knownMs / spanMs)),
    risk: { level: 'low', text: 'No workload moves. Getting a GPU again may take time.' },
    guard: 'The 95th percentile of utilization is zero, and the memory in use is below that of one process.',
    action: { type: 'by_hand', commands: [`return ${gpu}`] },
    readUntilMs,
    evidence: {
      window: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
      figures: [
        { name: 'idle for', value: idle },
        { name: gpu, value: formatLoad(load) },
      ],
      prices,
      items: buildGpuItems(resource, [load], window),
      effects: [{ item: buildGpuItemId(gpu), keep: [0] }],
      pins: [],
      missing: [
        'the machine of the GPU: a GPU of a larger machine saves its price only when the whole machine is returned',
        ...(prices.length > 0 ? [] : [`no price for "${resource}": add it to your price book`]),
      ],
    },
  };
}

/** `14 days`; below two days in hours. */
function formatSpan(spanMs: number): string {
  const days = Math.round(spanMs / DAY_MS);
  if (days >= 2) return `${days} days`;
  const hours = Math.max(1, Math.round(spanMs / HOUR_MS));
  return hours === 1 ? '1 hour' : `${hours} hours`;
}
