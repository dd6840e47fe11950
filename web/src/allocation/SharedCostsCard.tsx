import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { RulesTable } from './RulesTable.tsx';
import type { Allocation } from './use-allocation.ts';

const HEIGHT = 240;

/** Rules that split a shared cost over several receivers, with the cost of each. */
export function SharedCostsCard({ allocation: { rules, hits } }: { readonly allocation: Allocation }) {
  return (
    <Card title="Shared costs" note="Rules that split the cost of a pool over its users" flush>
      <Loaded query={rules} what="The shared costs" height={HEIGHT}>
        {(found) => {
          const shared = found.rules.filter(({ split, kubernetes }) => split !== undefined || kubernetes !== undefined);
          if (shared.length === 0)
            return (
              <EmptyState
                shows="Pools of shared cost, such as a data lake or a cluster, with their receivers."
                why="No rule splits a shared cost."
              />
            );
          const names = new Set(shared.map(({ name }) => name));
          const own = hits.data?.hits.filter(({ rule }) => rule !== null && names.has(rule));
          return <RulesTable rules={shared} hits={own} />;
        }}
      </Loaded>
    </Card>
  );
}
