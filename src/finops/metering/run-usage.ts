import { z } from 'zod';
import { Purpose } from '../../org/schema.ts';
import type { StoredEvent } from '../../platform/events/index.ts';
import { UtcInstant } from '../../platform/units/schema.ts';
import { ResourceName, type UsageInterval } from './schema.ts';

/** Payload of `run.usage_observed`: the GPU usage of a run so far, from its system metrics. */
const RunUsageObserved = z.object({
  runId: z.string(),
  experimentId: z.string(),
  gpus: z.number().int().positive(),
  start: UtcInstant,
  end: UtcInstant,
  tags: z.record(z.string(), z.string()),
});

/** Price key of a run without the tag `steelyard.resource`, which names its GPU type. */
const UNNAMED_GPU = 'gpu';

/** The usage interval of a run's GPUs, or null while a single sample spans no time. */
export function parseRunUsage(event: StoredEvent): UsageInterval | null {
  const { runId, experimentId, gpus, start, end, tags } = RunUsageObserved.parse(event.payload);
  // The component that started the run already meters all of its resources.
  if (tags['steelyard.metered_by'] !== undefined) return null;
  if (Date.parse(start) >= Date.parse(end)) return null;
  const resource = ResourceName.safeParse(tags['steelyard.resource']);
  const purpose = Purpose.safeParse(tags['steelyard.purpose']);
  // Id of the machine as in the bill, for the reconciliation.
  const resourceId = tags['steelyard.resource_id'];
  const { 'steelyard.team': team, 'steelyard.project': project, 'steelyard.model': model } = tags;
  return {
    usage: `run:${runId}:gpu`,
    subject: {
      run: runId,
      experiment: experimentId,
      purpose: purpose.success ? purpose.data : 'training',
      ...(team === undefined ? {} : { team }),
      ...(project === undefined ? {} : { project }),
      ...(model === undefined ? {} : { model }),
    },
    resource: resource.success ? resource.data : UNNAMED_GPU,
    ...(resourceId === undefined || resourceId === '' ? {} : { resourceId: resourceId.slice(0, 500) }),
    quantity: String(gpus),
    period: { start, end },
    origin: "the run's system/gpu_* metrics",
  };
}
