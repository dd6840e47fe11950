import type { BillSource } from '../../../src/finops/sources/schema.ts';
import { compareTexts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { SourceRow } from './SourceRow.tsx';

const ORDERS: Comparators<BillSource> = {
  source: compareTexts(({ source }) => source),
  state: compareTexts(({ state }) => state),
  last: compareTexts(({ lastSyncAt }) => lastSyncAt),
  next: compareTexts(({ nextSyncAt }) => nextSyncAt),
};

interface SourcesTableProps {
  readonly sources: readonly BillSource[];
  /** Opens the result of the last sync of a source. */
  readonly onShow: (source: string) => void;
}

/** Sources with their state and their last and next sync. */
export function SourcesTable({ sources, onShow }: SourcesTableProps) {
  const { sorted, sort } = useSorted(sources, ORDERS);
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <SortHead column="source" sort={sort}>
            Source
          </SortHead>
          <SortHead column="state" sort={sort}>
            State
          </SortHead>
          <SortHead column="last" sort={sort}>
            Last sync
          </SortHead>
          <SortHead column="next" sort={sort} className={table.wideOnly}>
            Next
          </SortHead>
          <th scope="col">
            <span className="visually-hidden">Sync</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((source) => (
          <SourceRow key={source.source} source={source} onShow={() => onShow(source.source)} />
        ))}
      </tbody>
    </table>
  );
}
