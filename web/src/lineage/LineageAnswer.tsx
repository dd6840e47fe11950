import { useQuery } from '@tanstack/react-query';
import { getLineage, type Lineage, NodeKind } from '../../../src/tradeoff/lineage/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { describeReadError } from '../parts/read-error.ts';
import styles from './lineage.module.css';
import { kindWords, nodeWords } from './words.ts';

interface LineageAnswerProps {
  readonly node: string;
  readonly depth: number;
  readonly direction: 'upstream' | 'downstream' | 'both';
}

/** Cost of the node, and the number of connected nodes of each kind. */
export function LineageAnswer({ node, depth, direction }: LineageAnswerProps) {
  const lineage = useQuery(endpointQuery(getLineage, { query: { node, depth, direction } }));
  const name = <strong className={styles.asked}>{nodeWords(node)}</strong>;
  if (lineage.isError) return describeReadError(lineage.error, `The lineage of ${nodeWords(node)}`);
  if (lineage.data === undefined) return <AnswerPending />;
  const [asked] = lineage.data.nodes;
  return (
    <>
      {name}
      {asked?.cost != null && (
        <>
          {' '}
          cost <MoneyFigure money={asked.cost} /> and
        </>
      )}{' '}
      is connected with {neighbours(lineage.data)} within {counted(depth, 'step')}.
    </>
  );
}

/** Connected nodes by kind: `1 resource, 1 run, 2,883 predictions and 2 decisions`, in the order in which money and data flow. */
function neighbours({ nodes: [, ...others] }: Lineage): string {
  const words = NodeKind.options.flatMap((kind) => {
    const own = others.filter((node) => node.kind === kind);
    const count = own.length;
    if (kind === 'predictions' && count > 0) {
      return [
        counted(
          own.reduce((sum, { facts }) => sum + Number(facts.count ?? 0), 0),
          'prediction',
        ),
      ];
    }
    return count === 0 ? [] : [counted(count, kindWords[kind].one, kindWords[kind].many)];
  });
  const last = words.at(-1);
  if (last === undefined) return 'nothing';
  return words.length === 1 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
