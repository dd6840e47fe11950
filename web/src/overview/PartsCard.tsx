import { type Group, groupId } from '../costs/stack.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { OTHER_COLOUR } from '../theme/category-colours.ts';
import { PartsTable } from './PartsTable.tsx';
import { rowsIn } from './so-far.ts';
import type { OverviewData } from './use-overview.ts';

interface PartsCardProps {
  readonly overview: OverviewData;
  readonly of: 'dimension' | 'provider';
}

const TEAM_HEIGHT = 352;
const PROVIDER_HEIGHT = 152;

/** Parts of the total, largest first, with a totals row that agrees with the headline. */
export function PartsCard({ overview, of }: PartsCardProps) {
  const { spend, providers, groups, total, currency, colours, scope } = overview;
  const dimension = of === 'provider' ? 'serviceProviderName' : overview.dimension;
  const rows = of === 'provider' ? rowsIn(providers.data, currency) : groups;
  const titles: Readonly<Record<string, string>> = {
    team: 'Spend by team',
    serviceName: `Spend of ${scope.team ?? ''} by service`,
    serviceProviderName: 'Spend by provider',
  };
  const pickColour = (row: Group) =>
    of === 'provider' ? undefined : (colours.get(groupId(row, [dimension])) ?? OTHER_COLOUR);
  return (
    <Card title={titles[dimension]} note={otherCurrencies(overview)} flush>
      {scope.empty ? (
        <EmptyState shows={`The spend by ${dimensionLabel(dimension).toLowerCase()}.`} why="It comes from the bill." />
      ) : (
        <Loaded
          query={of === 'provider' ? providers : spend}
          what="The table"
          height={of === 'provider' ? PROVIDER_HEIGHT : TEAM_HEIGHT}
        >
          {() =>
            total === undefined ? (
              <EmptyState shows="The parts of the total." why="No charge matches this period and team." />
            ) : (
              <PartsTable rows={rows} dimension={dimension} total={total} pickColour={pickColour} />
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
