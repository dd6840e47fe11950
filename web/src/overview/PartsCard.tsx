import { groupId } from '../costs/stack.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { formatDay } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { OTHER_COLOUR } from '../theme/category-colours.ts';
import { PartsTable } from './PartsTable.tsx';
import type { OverviewData } from './use-overview.ts';

const HEIGHT = 380;

/** The cost of the range by team, or of a team by service; the sum of every row agrees with the headline. */
export function PartsCard({ overview }: { readonly overview: OverviewData }) {
  const { spend, groups, total, currency, colours, scope, dimension, through } = overview;
  const partial = through === null ? '' : `, to ${formatDay(through)}`;
  return (
    <Card
      title={scope.team === undefined ? 'Spend by team' : `Spend of ${scope.team} by service`}
      note={otherCurrencies(overview) ?? `Effective cost ${scope.phrase}${partial}`}
      flush
    >
      {scope.empty ? (
        <EmptyState shows={`The spend by ${dimensionLabel(dimension).toLowerCase()}.`} why="It comes from the bill." />
      ) : (
        <Loaded query={spend} what="The table" height={HEIGHT}>
          {() =>
            total === undefined ? (
              <EmptyState shows="The parts of the total." why="No charge matches this range and team." />
            ) : (
              <PartsTable
                rows={groups}
                dimension={dimension}
                total={{ ...total, currency }}
                pickColour={(row) => colours.get(groupId(row, [dimension])) ?? OTHER_COLOUR}
              />
            )
          }
        </Loaded>
      )}
    </Card>
  );
}

/** `In EUR only; USD is not converted.`: currencies that the table leaves out of a total in several currencies. */
function otherCurrencies({ totals, currency, reporting }: OverviewData): string | undefined {
  if (reporting?.amount != null || totals.length < 2) return undefined;
  const others = totals.flatMap((total) => (total.currency === currency ? [] : total.currency));
  return `In ${currency} only; ${others.join(' and ')} is not converted.`;
}
