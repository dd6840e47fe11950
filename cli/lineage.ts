import { z } from 'zod';
import { getLineage, type LeftOut, type Lineage, type LineageEdge } from '../src/tradeoff/lineage/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { formatCount, formatMoney } from './output/amounts.ts';

const Direction = z.enum(['upstream', 'downstream', 'both']);

const showCommand = command({
  path: ['lineage', 'show'],
  summary: 'Show the upstream and downstream lineage of a node as a tree with cost',
  example: `steelyard lineage show model_version:ranker/3
steelyard lineage show run:0123456789abcdef0123456789abcdef --direction upstream --bill-lines 3
steelyard lineage show resource:i-0abc --direction downstream --json`,
  needs: 'server',
  positionals: {
    node: {
      describe: 'KIND:ID; bill_line, resource, dataset, run, logged_model, model_version, predictions, decision',
    },
  },
  options: {
    direction: {
      value: Direction.options.join('|'),
      schema: Direction,
      fallback: 'both',
      describe: 'upstream: sources; downstream: results',
    },
    depth: { value: 'N', schema: z.coerce.number(), fallback: '4', describe: 'Steps from the node, 1 to 10' },
    billLines: {
      value: 'N',
      schema: z.coerce.number(),
      fallback: '10',
      describe: 'Most bill lines of a resource, the most expensive first; the others are summed',
    },
  },
  run: async (context, { node, ...query }) => {
    const client = await context.client();
    const lineage = await client.call(getLineage, { query: { node, ...query } });
    await context.answer(lineage, () => lineageText(lineage, context));
    return 0;
  },
});

function lineageText(lineage: Lineage, context: Context): string {
  const [start] = lineage.nodes;
  if (start === undefined) return '';
  const parts = (['upstream', 'downstream'] as const).flatMap((way) => {
    const lines = branchLines(lineage, start.id, way, context);
    return lines.length === 0 ? [] : [context.paint.heading(way === 'upstream' ? 'CAME FROM' : 'WENT INTO'), ...lines];
  });
  return [nodeText(lineage, start.id, context), ...parts].join('\n');
}

/** The tree on one side of the node. A repeated node appears by name, without its branch. */
function branchLines(lineage: Lineage, start: string, way: 'upstream' | 'downstream', context: Context): string[] {
  const visited = new Set<string>();
  const lines: string[] = [];
  const other = (edge: LineageEdge) => (way === 'upstream' ? edge.from : edge.to);
  const visit = (id: string, indent: string): void => {
    visited.add(id);
    const edges = lineage.edges.filter((edge) => (way === 'upstream' ? edge.to : edge.from) === id);
    const leftOut = lineage.leftOut.filter((each) => each.of === id && isOnSide(each, way));
    for (const [index, edge] of edges.entries()) {
      const isLast = index === edges.length - 1 && leftOut.length === 0;
      const again = visited.has(other(edge));
      const text = `${context.paint.faint(edge.relation.replaceAll('_', ' '))} ${nodeText(lineage, other(edge), context, edge)}`;
      lines.push(`${indent}${isLast ? '└─ ' : '├─ '}${text}${again ? context.paint.faint(' (above)') : ''}`);
      if (!again) visit(other(edge), `${indent}${isLast ? '   ' : '│  '}`);
    }
    for (const [index, each] of leftOut.entries()) {
      lines.push(`${indent}${index === leftOut.length - 1 ? '└─ ' : '├─ '}${context.paint.faint(leftOutText(each))}`);
    }
  };
  visit(start, '');
  return lines;
}

const UPSTREAM = new Set(['bill_line', 'resource', 'dataset']);

function isOnSide({ kind }: LeftOut, way: 'upstream' | 'downstream'): boolean {
  return UPSTREAM.has(kind) === (way === 'upstream');
}

function leftOutText({ kind, count, costs, reason }: LeftOut): string {
  const what =
    count === null
      ? `no ${kind.replaceAll('_', ' ')}`
      : `${formatCount(count)} more ${kind.replaceAll('_', ' ')}${count === 1 ? '' : 's'}`;
  const money = costs.map((cost) => formatMoney(cost)).join(' + ');
  return `${[what, money].filter((part) => part !== '').join(', ')}: ${reason}`;
}

function nodeText({ nodes }: Lineage, id: string, { paint }: Context, edge?: LineageEdge): string {
  const node = nodes.find((each) => each.id === id);
  if (node === undefined) return id;
  const money = formatMoney(edge?.cost ?? node.cost);
  const name = node.kind === 'resource' ? node.id : `${node.name} ${paint.faint(node.id)}`;
  return money === null ? name : `${name}  ${money}`;
}

export const lineageCommands = [showCommand];
