import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { Skeleton } from '../parts/Skeleton.tsx';
import { AllocationBar } from './AllocationBar.tsx';
import { CostChart } from './CostChart.tsx';
import { CostTable } from './CostTable.tsx';
import { listFilters } from './cost-query.ts';
import styles from './costs.module.css';
import { exactFilter } from './filters/filter-text.ts';
import { LeftOutNote } from './LeftOutNote.tsx';
import { slotSearch } from './slots.ts';
import { type Group, groupId, OTHER } from './stack.ts';
import type { Costs } from './use-costs.ts';

/** Target of a click on "other": the table of all groups. */
export const TABLE_ID = 'cost-table';
const ALLOCATION_HEIGHT = 20;

interface CostSummaryProps {
  readonly costs: Costs;
  /** Drivers of the change, when the period is compared with another. */
  readonly change?: ReactNode;
  /** True if it includes the groups, so that they are not shown twice. */
  readonly replacesTable?: boolean;
}

/** Chart and table of the costs; every element links to the bill rows. */
export function CostSummary({ costs, change, replacesTable = false }: CostSummaryProps) {
  const { dimensions, groups, slotDimension, search, total, period } = costs;
  const navigate = useNavigate({ from: '/costs' });
  const drill = (filters: readonly string[], month?: string) =>
    void navigate({
      search: (before) => ({
        ...before,
        view: 'rows',
        filter: [...new Set([...(before.filter ?? []), ...filters])],
        // A month among all months becomes the period. In a comparison, the later range becomes the range in view.
        ...(month === undefined ? {} : { period: month, from: undefined, to: undefined }),
        ...(period.compared === undefined ? {} : { ...period.compared.after, compare: undefined, effect: undefined }),
      }),
    });
  const toSlot = (slot: string) =>
    period.isAll ? slotSearch(slotDimension, slot) : { filter: [exactFilter(slotDimension, slot)], period: undefined };
  const pick = (id: string, slot?: string) => {
    const when = slot === undefined ? { filter: [] } : toSlot(slot);
    const group = groups.find((one) => groupId(one, dimensions) === id);
    if (group !== undefined) drill([...listFilters(group, dimensions), ...when.filter], when.period);
    else if (id !== OTHER) drill(when.filter, when.period);
    else document.getElementById(TABLE_ID)?.scrollIntoView({ block: 'start', behavior: 'smooth' });
  };
  const { leftOut: rows, partial } = costs.summary.data ?? {};
  const leftOut = <LeftOutNote leftOut={rows} partial={partial} metric={search.metric ?? DEFAULT_METRIC} />;
  const wholeTotal = total !== undefined && !decimal(total.amount).isZero();
  return (
    <div className={styles.stack}>
      {change}
      <CostChart costs={costs} onPick={pick} />
      {dimensions.includes('team') && costs.summary.isPending && <Skeleton height={ALLOCATION_HEIGHT} />}
      {dimensions.includes('team') && wholeTotal && <AllocationBar groups={groups} currency={costs.currency} />}
      {replacesTable || leftOut}
      {!replacesTable && (
        <div id={TABLE_ID} className={styles.anchor}>
          <CostTable costs={costs} onOpen={(group: Group) => drill(listFilters(group, dimensions))} />
        </div>
      )}
    </div>
  );
}
