import { z } from 'zod';
import { endpoint, PartialAnswer } from '../../platform/contract/schema.ts';
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
  .describe('Kind of node');
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
    name: z.string().describe('Display name'),
    cost: Money.nullable().describe('Cost of the node: billed cost of a bill line, total of a run; null when unknown'),
    facts: z.record(z.string(), z.string()).describe('Other facts of the node, by name'),
  })
  .describe('Node of the graph');
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
      'Cost along the edge: metered cost of the held resource, or allocated part of a bill line; null when unknown or no money',
    ),
  })
  .describe('Money or data flows from `from` to `to`');
export type LineageEdge = z.infer<typeof LineageEdge>;

export const LeftOut = z
  .strictObject({
    of: NodeId.describe('Node with neighbours that were left out'),
    kind: NodeKind.describe('Kind of the neighbours that were left out'),
    count: z.number().int().nullable().describe('Number of neighbours; null: not counted'),
    costs: z
      .array(z.strictObject({ amount: DecimalString.describe('Sum of their costs'), currency: Currency }))
      .describe('Sums by currency; with the shown nodes they are the total'),
    reason: z.string().describe('Reason'),
  })
  .describe('Neighbours that the response leaves out');
export type LeftOut = z.infer<typeof LeftOut>;

export const Lineage = z
  .strictObject({
    nodes: z.array(LineageNode).describe('Nodes: the requested one first, then by distance'),
    edges: z.array(LineageEdge).describe('Edges in the order in which they were found'),
    leftOut: z.array(LeftOut).describe('Neighbours beyond the limits, and relations that are not recorded'),
    partial: PartialAnswer,
  })
  .describe('Part of the graph from the bill to the decision');
export type Lineage = z.infer<typeof Lineage>;

export const getLineage = endpoint({
  method: 'GET',
  path: '/api/v1/lineage',
  scope: 'tradeoff.read',
  reads: 'team',
  summary: 'Get the costs, inputs and uses of a node, from the bill line to the decision',
  query: z.strictObject({
    node: NodeId,
    direction: z
      .enum(['upstream', 'downstream', 'both'])
      .default('both')
      .describe('upstream: sources of the node. downstream: results of the node'),
    depth: z.coerce.number().int().min(1).max(10).default(4).describe('Steps from the node, 1 to 10; default 4'),
    billLines: z.coerce
      .number()
      .int()
      .min(0)
      .max(200)
      .default(10)
      .describe('Bill lines shown for a resource or a run, most expensive first, 0 to 200; the others are summed'),
  }),
  response: Lineage,
  errors: ['lineage_node_not_found'],
});
