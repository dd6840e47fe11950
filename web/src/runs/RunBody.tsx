import { useMemo } from 'react';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import { LineageCard } from '../lineage/LineageCard.tsx';
import layout from '../parts/layout.module.css';
import { PageTabs } from '../parts/PageTabs.tsx';
import { ArtifactsCard } from './ArtifactsCard.tsx';
import { namedRuns } from './curves.ts';
import { DoneNotice } from './DoneNotice.tsx';
import { isSystem } from './metric-words.ts';
import { RunCode } from './RunCode.tsx';
import { RunCostCard } from './RunCostCard.tsx';
import { RunCurves } from './RunCurves.tsx';
import { RunModels } from './RunModels.tsx';
import { RunOverview } from './RunOverview.tsx';
import { findRunTab, RUN_TABS } from './run-tabs.ts';
import type { RunSearch } from './runs-search.ts';
import { useEditRun } from './use-edit-run.ts';
import type { RunQueries } from './use-run.ts';

interface RunBodyProps {
  readonly run: Run;
  readonly queries: RunQueries;
  readonly search: RunSearch;
  readonly onChange: (changes: Partial<RunSearch>) => void;
}

/** Everything of a run below its answer, in tabs. */
export function RunBody({ run, queries, search, onChange }: RunBodyProps) {
  const editing = useEditRun(run.runId);
  const tab = findRunTab(search);
  return (
    <div className={layout.stack}>
      <DoneNotice editing={editing} />
      <PageTabs
        label={`Parts of run ${run.runName}`}
        tabs={RUN_TABS}
        value={tab}
        onChange={(next) => onChange({ tab: next })}
      >
        {tab === 'overview' ? (
          <RunOverview run={run} queries={queries} editing={editing} />
        ) : (
          <RunTabContent {...{ tab, run, queries, search, onChange }} />
        )}
      </PageTabs>
    </div>
  );
}

function RunTabContent({ tab, run, queries, search, onChange }: RunBodyProps & { readonly tab: string }) {
  const { facts, metrics, versions, histories } = queries;
  const { runId } = run;
  const named = useMemo(() => namedRuns([run])[0], [run]);
  const made = versions.data?.versions ?? [];
  const courses = (metrics.data?.metrics ?? []).filter(({ samples }) => samples > 1).map(({ key }) => key);
  switch (tab) {
    case 'charts':
    case 'system':
      return (
        named !== undefined && (
          <RunCurves
            run={named}
            histories={histories.data?.histories ?? []}
            metrics={courses.filter((key) => isSystem(key) === (tab === 'system'))}
            isSystem={tab === 'system'}
            view={search}
            onView={onChange}
          />
        )
      );
    case 'cost':
      return (
        <>
          <RunCostCard cost={run.cost} />
          <LineageCard node={`run:${runId}`} linked />
        </>
      );
    case 'artifacts':
      return (
        <>
          <ArtifactsCard runId={runId} facts={facts.data} versions={made} search={search} onChange={onChange} />
          {facts.data !== undefined && <RunModels runId={runId} facts={facts.data} versions={made} />}
        </>
      );
    default:
      return <RunCode run={run} />;
  }
}
