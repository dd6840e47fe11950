import { useNavigate } from '@tanstack/react-router';
import { decimal } from '../../../src/platform/units/schema.ts';
import { Skeleton } from '../parts/Skeleton.tsx';
import { AllocationBar } from './AllocationBar.tsx';
import { CostChart } from './CostChart.tsx';
import { CostTable } from './CostTable.tsx';
import { filtersOf } from './cost-query.ts';
import styles from './costs.module.css';
import { LeftOutNote } from './LeftOutNote.tsx';
import { slotSearch } from './slots.ts';
import { type Group, groupId, OTHER } from './stack.ts';
import type { Costs } from './use-costs.ts';

const TABLE_ID = 'cost-table';
const ALLOCATION_HEIGHT = 20;

/** The picture of the costs and the table behind it; everything in them leads to the bill rows. */
export function CostSummary({ costs }: { readonly costs: Costs }) {
  const { dimensions, groups, slotDimension, search, total } = costs;
  const navigate = useNavigate({ from: '/costs' });
  const drill = (filters: readonly string[], period?: string) =>
    void navigate({
      search: (before) => ({
        ...before,
        view: 'rows',
        filter: [...new Set([...(before.filter ?? []), ...filters])],
        ...(period === undefined ? {} : { period }),
      }),
    });
  const pick = (id: string, slot?: string) => {
    const when = slot === undefined ? { filter: [] } : slotSearch(slotDimension, slot);
    const group = groups.find((one) => groupId(one, dimensions) === id);
    if (group !== undefined) drill([...filtersOf(group, dimensions), ...when.filter], when.period);
    else if (id !== OTHER) drill(when.filter, when.period);
    else document.getElementById(TABLE_ID)?.scrollIntoView({ block: 'start', behavior: 'smooth' });
  };
  const wholeTotal = total !== undefined && !decimal(total.amount).isZero();
  return (
    <div className={styles.stack}>
      <CostChart costs={costs} onPick={pick} />
      {dimensions.includes('team') && costs.summary.isPending && <Skeleton height={ALLOCATION_HEIGHT} />}
      {dimensions.includes('team') && wholeTotal && <AllocationBar groups={groups} currency={costs.currency} />}
      <LeftOutNote leftOut={costs.summary.data?.leftOut} metric={search.metric ?? 'billedCost'} />
      <div id={TABLE_ID} className={styles.anchor}>
        <CostTable costs={costs} onOpen={(group: Group) => drill(filtersOf(group, dimensions))} />
      </div>
    </div>
  );
}
