import { z } from 'zod';
import { Variant, VariantName } from '../../../mlops/endpoint-spec/schema.ts';
import { Name } from '../../../org/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';

const nodes = Variant.shape.kubernetes.unwrap().shape;

/**
 * Fields of a variant that a change may replace. The rest stays as in the baseline: a proposal needs fewer rights than the document of an endpoint,
 * so that it sets no command, container, environment or identity. A variant of the endpoint may differ in these (`toVariant`).
 */
const changed = z.strictObject({
  model: z.string().min(1).max(250).optional().describe('Another registered model'),
  version: z.coerce
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'the number of a version')
    .optional()
    .describe('Another version, such as a smaller, quantised or distilled one'),
  resources: Variant.shape.resources
    .unwrap()
    .optional()
    .describe(
      'Other resources of a replica: other hardware or another instance, which is its key of the price book too',
    ),
  kubernetes: z
    .strictObject({
      nodeSelector: nodes.nodeSelector.unwrap().optional().describe('Labels that a node must have'),
      tolerations: nodes.tolerations.unwrap().optional().describe('Tolerations of its pods'),
      spot: nodes.spot.unwrap().optional().describe('Whether its pods may run on spot capacity'),
    })
    .optional()
    .describe('Other nodes of its pods, such as spot capacity; the rest of `kubernetes` stays'),
  replicas: Variant.shape.replicas.unwrap().optional().describe('Another number of replicas'),
  scaling: Variant.shape.scaling.describe('Another scaling policy, such as a later scale-up'),
});

export const OptimizationChange = z
  .union([
    z
      .strictObject({
        toVariant: VariantName.describe(
          'A variant of the endpoint that takes the traffic: a cascade, a router, or a version that it serves already',
        ),
      })
      .describe('Traffic moves to another variant of the endpoint'),
    changed.describe('The baseline with other fields'),
  ])
  .describe('The change that saves money: fields of the variant that differ from the baseline, or another variant');
export type OptimizationChange = z.output<typeof OptimizationChange>;

const share = (description: string) => z.number().min(0).max(1).describe(description);

export const QualityRule = z
  .strictObject({
    metric: z.string().min(1).max(100).describe('Metric of the monitor of the model, such as accuracy or ndcg@10'),
    margin: z.number().min(0).optional().describe('Largest accepted loss, in the unit of the metric'),
    relativeMargin: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe('Largest accepted loss as a share of the mean of the baseline, 0 to 1'),
  })
  .refine(
    ({ margin, relativeMargin }) => (margin === undefined) !== (relativeMargin === undefined),
    'set either margin or relativeMargin',
  )
  .describe('A quality metric that must be proven not to fall by more than the margin');
export type QualityRule = z.output<typeof QualityRule>;

export const Guardrail = z
  .union([
    z
      .strictObject({
        metric: z.literal('errorRate').describe('Share of requests that fail'),
        margin: share('Largest accepted increase, 0 to 1'),
      })
      .describe('Errors'),
    z
      .strictObject({
        metric: z.literal('latencyP95').describe('95th percentile of the latency'),
        ratio: z.number().gt(1).max(100).describe('Largest accepted ratio to the baseline'),
      })
      .describe('Latency'),
    z.strictObject({ budget: Name.describe('Budget that must not be exhausted') }).describe('A budget'),
  ])
  .describe('A limit that the change must keep');
export type Guardrail = z.output<typeof Guardrail>;

const Ramp = z
  .strictObject({
    percents: z
      .array(z.number().gt(0).max(100))
      .min(1)
      .max(20)
      .default([1, 5, 10, 25, 50])
      .refine(
        (all) => all.every((one, at) => one > (all[at - 1] ?? 0)),
        'each step has more traffic than the one before',
      )
      .transform((all) => all.filter((one) => one < 100))
      .refine((all) => all.length > 0, 'a step below 100')
      .describe(
        'Percent of the traffic by step; one number: a fixed share. After proof at the last step it gets all but the hold-out',
      ),
    for: Duration.prefault('10m').describe('Minimum duration of a step'),
    requests: z
      .number()
      .int()
      .min(1)
      .max(10_000_000)
      .default(20)
      .describe('Requests of the candidate in a step, at least'),
  })
  .prefault({})
  .describe('Share of the traffic by step');

const Watch = z
  .strictObject({
    for: Duration.prefault('28d').describe('Time after the change is kept in which it is undone when quality falls'),
    copies: share(
      'pairs: share of the requests of the candidate that the baseline answers too, as copies, in addition to the hold-out; they cost',
    ).default(0),
    window: Duration.prefault('1h').describe(
      'Predictions are tested by cohorts of this length, once their labels are due',
    ),
    averageRunLength: z
      .number()
      .min(100)
      .max(1e9)
      .default(100_000)
      .describe('Observations until a false alarm, on average and at least'),
  })
  .prefault({})
  .describe('The watch after the change is kept');

/** `kind: Optimization`. */
export const OptimizationSpec = z
  .strictObject({
    description: z.string().max(2000).optional().describe('Purpose'),
    endpoint: Name.describe('Endpoint'),
    variant: VariantName.optional().describe('Baseline; default: the only variant with traffic'),
    change: OptimizationChange,
    quality: z.array(QualityRule).max(5).default([]).describe('Quality metrics with their margins'),
    guardrails: z
      .array(Guardrail)
      .max(10)
      .default([
        { metric: 'errorRate', margin: 0.01 },
        { metric: 'latencyP95', ratio: 1.5 },
      ])
      .describe('Limits that must hold'),
    compare: z
      .enum(['pairs', 'arms'])
      .default('pairs')
      .describe(
        'pairs: every request is also answered by the other arm, as a copy after the response, which needs far fewer requests; arms: the answers of separate requests',
      ),
    copies: share(
      'pairs: share of the requests that the other arm answers too until the change is kept; copies cost',
    ).default(1),
    shadowFirst: Duration.optional().describe('Time in which the candidate gets only copies, before the first step'),
    ramp: Ramp,
    alpha: z
      .number()
      .gt(0)
      .max(0.2)
      .default(0.05)
      .describe(
        'Error over all looks: of keeping a change beyond a margin, and of rolling back one within all margins',
      ),
    labelsWithin: Duration.prefault('1h').describe(
      'Age from which predictions count: the time in which their labels arrive',
    ),
    completeness: share('Share of these predictions with a label below which quality is unknown').default(0.8),
    deadline: Duration.prefault('14d').describe(
      'Maximum duration until it is kept; without proof it is then rolled back',
    ),
    holdOut: share('Share of the traffic that stays on the baseline after the change is kept').max(0.5).default(0.02),
    watch: Watch,
  })
  .describe('A change that saves money, tried on live traffic and kept only while quality holds');
export type OptimizationSpec = z.output<typeof OptimizationSpec>;
