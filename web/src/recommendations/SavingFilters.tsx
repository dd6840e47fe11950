import type { ListedRecommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { Select } from '../parts/Select.tsx';
import styles from './recommendations.module.css';
import { RecommendationsSearch } from './recommendations-search.ts';
import { listOwners } from './saving-filters.ts';
import { KINDS } from './words.ts';

const STATES = [
  { value: '', label: 'All open' },
  { value: 'accepted', label: 'Accepted' },
  { value: 'in_progress', label: 'In progress' },
  { value: 'done', label: 'Done' },
  { value: 'closed', label: 'Dismissed or lapsed' },
  { value: 'all', label: 'Any state' },
] as const;

interface SavingFiltersProps {
  /** Savings of the chosen state, for the offered kinds and owners. */
  readonly all: readonly ListedRecommendation[];
  readonly search: RecommendationsSearch;
  readonly onSearch: (next: RecommendationsSearch) => void;
}

/** Filters of the savings, stored in the URL. */
export function SavingFilters({ all, search, onSearch }: SavingFiltersProps) {
  const choose = (changed: Readonly<Record<string, string | undefined>>) =>
    onSearch({ ...changed, ...RecommendationsSearch.parse({ ...search, ...changed }) });
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  const owners = listOwners(all);
  return (
    <div className={styles.filters}>
      <Select
        label="State"
        hideLabel
        value={search.state ?? ''}
        options={STATES}
        onChange={(value) => choose({ state: value || undefined })}
      />
      <Select
        label="Kind"
        hideLabel
        value={search.kind ?? ''}
        options={[
          { value: '', label: 'All kinds' },
          ...withChosen(kinds, search.kind).map((kind) => ({ value: kind, label: KINDS[kind] })),
        ]}
        onChange={(value) => choose({ kind: value || undefined })}
      />
      <Select
        label="Team or owner"
        hideLabel
        value={search.owner ?? ''}
        options={[
          { value: '', label: 'All owners' },
          { value: 'none', label: 'No owner' },
          ...withChosen(owners, search.owner === 'none' ? undefined : search.owner).map((name) => ({
            value: name,
            label: name,
          })),
        ]}
        onChange={(value) => choose({ owner: value || undefined })}
      />
    </div>
  );
}

/** The options with the chosen one, which may have no row any more. */
function withChosen<T extends string>(options: readonly T[], chosen: T | undefined): T[] {
  return [...new Set([...options, ...(chosen === undefined ? [] : [chosen])])];
}
