import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Money } from '../../platform/units/schema.ts';

/** In the order in which money and data flow. */
export const NodeKind = z
  .enum([
    'bill_line',
    'resource',
    'dataset',
    'run',
    'logged_model',
    'model_version',
    'endpoint',
    'predictions',
    'decision',
  ])
  .describe('What it is');
export type NodeKind = z.infer<typeof NodeKind>;

export const NodeId = z
  .string()
  .max(1000)
  .regex(/^[a-z_]+:[^\0]+$/, 'a kind and an id such as "run:0123abcd" or "model_version:ranker/3"')
  .describe('`<kind>:<id>`, for example `run:0123abcd`, `model_version:ranker/3`, `resource:i-0abc`');

export const LineageNode = z
  .strictObject({
    id: NodeId,
    kind: NodeKind,
    name: z.string().describe('What people call it'),
    cost: Money.nullable().describe(
      'What it cost: of a bill line the billed cost, of a run its total; null when unknown',
    ),
    facts: z.record(z.string(), z.string()).describe('What else is known of it, by name'),
  })
  .describe('A thing in the graph');
export type LineageNode = z.infer<typeof LineageNode>;

export const Relation = z
  .enum([
    'billed_for',
    'allocated_to',
    'held_by',
    'read_by',
    'logged',
    'registered_as',
    'served_by',
    'answered',
    'judged_by',
  ])
  .describe(
    '`from` is `relation` `to`: a bill line billed_for a resource, a resource held_by a run, a dataset read_by a run…',
  );

export const LineageEdge = z
  .strictObject({
    from: NodeId,
    to: NodeId,
    relation: Relation,
    cost: Money.nullable().describe(
      'What went along it: metered cost of what was held, allocated part of a line; null when unknown or no money',
    ),
  })
  .describe('Money or data flows from `from` to `to`');
export type LineageEdge = z.infer<typeof LineageEdge>;

export const LeftOut = z
  .strictObject({
    of: NodeId.describe('Node whose neighbours were left out'),
    kind: NodeKind.describe('Kind of what was left out'),
    count: z.number().int().nullable().describe('How many; null when they were not counted'),
    costs: z
      .array(z.strictObject({ amount: DecimalString.describe('What they cost together'), currency: Currency }))
      .describe('By currency; what is shown and this are all there is'),
    reason: z.string().describe('Why'),
  })
  .describe('What is not in the answer');
export type LeftOut = z.infer<typeof LeftOut>;

export const Lineage = z
  .strictObject({
    nodes: z.array(LineageNode).describe('The node asked for first, then by distance'),
    edges: z.array(LineageEdge).describe('In the order in which they were found'),
    leftOut: z.array(LeftOut).describe('What the limits left out, and what is not recorded'),
  })
  .describe('A part of the graph from the bill to the decision');
export type Lineage = z.infer<typeof Lineage>;

export const getLineage = endpoint({
  method: 'GET',
  path: '/api/v1/lineage',
  scope: 'tradeoff.read',
  summary: 'What something was paid by, made from and used for, from the bill line to the decision',
  query: z.strictObject({
    node: NodeId,
    direction: z
      .enum(['upstream', 'downstream', 'both'])
      .default('both')
      .describe('Upstream: what it came from. Downstream: what came of it'),
    depth: z.coerce.number().int().min(1).max(10).default(4).describe('Steps from the node, 1 to 10; default 4'),
    billLines: z.coerce
      .number()
      .int()
      .min(0)
      .max(200)
      .default(10)
      .describe('Bill lines shown of a resource or a run, the dearest first, 0 to 200; the others are summed'),
  }),
  response: Lineage,
  errors: ['lineage_node_not_found'],
});
