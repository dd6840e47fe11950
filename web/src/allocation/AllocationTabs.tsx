import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { PageTabs } from '../parts/PageTabs.tsx';
import { Skeleton } from '../parts/Skeleton.tsx';
import type { AllocationTab } from './allocation-search.ts';
import { ComparedCard } from './ComparedCard.tsx';
import { CoverageByCard } from './CoverageByCard.tsx';
import { CoverageCard } from './CoverageCard.tsx';
import { ReconciliationCard } from './ReconciliationCard.tsx';
import { RulesCard } from './RulesCard.tsx';
import { SharedCostsCard } from './SharedCostsCard.tsx';
import { SuggestionsCard } from './SuggestionsCard.tsx';
import { UnallocatedCard } from './UnallocatedCard.tsx';
import type { Allocation } from './use-allocation.ts';
import type { ComparedAllocation } from './use-compared-allocation.ts';
import type { Draft } from './use-draft.ts';

/** Its YAML parser is loaded when the tab is opened. */
const PreviewCard = lazy(() => import('./PreviewCard.tsx').then((module) => ({ default: module.PreviewCard })));
const EDITOR_HEIGHT = 240;

interface AllocationTabsProps {
  readonly allocation: Allocation;
  readonly compared: ComparedAllocation;
  readonly draft: Draft;
}

const TABS: readonly { readonly value: AllocationTab; readonly label: string }[] = [
  { value: 'coverage', label: 'Coverage' },
  { value: 'unallocated', label: 'Unallocated' },
  { value: 'suggestions', label: 'Suggestions' },
  { value: 'rules', label: 'Rules' },
  { value: 'shared', label: 'Shared costs' },
  { value: 'metered', label: 'Metered vs bill' },
];
/** Without a bill there are only rules. */
const RULES_ONLY = TABS.filter(({ value }) => value === 'rules');

/** One tool of the allocation at a time. */
export function AllocationTabs({ allocation, compared, draft }: AllocationTabsProps) {
  const { scope, month, search } = allocation;
  const navigate = useNavigate({ from: '/allocation' });
  const tab = scope.empty ? 'rules' : (search.tab ?? 'coverage');
  const choose = (value: AllocationTab) =>
    void navigate({
      search: (before) => ({ ...before, tab: value === 'coverage' ? undefined : value }),
      resetScroll: false,
    });
  return (
    <PageTabs label="Allocation" tabs={scope.empty ? RULES_ONLY : TABS} value={tab} onChange={choose}>
      {tab === 'coverage' && (
        <>
          {compared.isWanted && <ComparedCard compared={compared} currency={allocation.currency} />}
          <CoverageCard allocation={allocation} />
          <CoverageByCard allocation={allocation} />
        </>
      )}
      {tab === 'unallocated' && <UnallocatedCard allocation={allocation} />}
      {tab === 'suggestions' && <SuggestionsCard allocation={allocation} draft={draft} />}
      {tab === 'rules' && (
        <>
          <RulesCard allocation={allocation} />
          <Suspense fallback={<Skeleton height={EDITOR_HEIGHT} />}>
            <PreviewCard allocation={allocation} draft={draft} />
          </Suspense>
        </>
      )}
      {tab === 'shared' && <SharedCostsCard allocation={allocation} />}
      {tab === 'metered' && month !== undefined && <ReconciliationCard period={month} />}
    </PageTabs>
  );
}
