import type { MetricHistory } from '../../../src/mlops/run-views/views/schema.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { CurveControls } from './CurveControls.tsx';
import type { NamedRun } from './curves.ts';
import { MetricCard } from './MetricCard.tsx';
import { groupMetrics } from './metric-words.ts';
import styles from './runs.module.css';
import type { CurvesSearch } from './runs-search.ts';

interface RunCurvesProps {
  readonly run: NamedRun;
  readonly histories: readonly MetricHistory[];
  /** Metrics that have a course: more than one sample, whatever part of it is shown. */
  readonly metrics: readonly string[];
  /** Metrics of the machine instead of the model. */
  readonly isSystem: boolean;
  readonly view: CurvesSearch;
  readonly onView: (change: Partial<CurvesSearch>) => void;
}

const FIRST_CHARTS = 12;

/** A chart for each metric of a run with several values, by prefix; system metrics come last. */
export function RunCurves({ run, histories, metrics, isSystem, view, onView }: RunCurvesProps) {
  const byKey = Map.groupBy(histories, ({ key }) => key);
  const groups = groupMetrics(metrics);
  let left = view.charts === 'all' ? metrics.length : FIRST_CHARTS;
  const visible = groups.map((group) => {
    const part = group.metrics.slice(0, left);
    left -= part.length;
    return { ...group, metrics: part };
  });
  const hidden = metrics.length - visible.reduce((sum, group) => sum + group.metrics.length, 0);
  return (
    <>
      <div className={styles.sectionHead}>
        <h2 className={styles.sectionTitle}>{isSystem ? 'System and GPU over time' : 'Metrics over time'}</h2>
        <CurveControls view={view} onView={onView} />
      </div>
      {metrics.length === 0 && (
        <EmptyState
          shows={
            isSystem
              ? 'Charts of processor, memory, disk, network and GPUs of the machine.'
              : 'A chart for each metric that was logged more than once.'
          }
          why={
            isSystem
              ? 'The client logged no system metrics. Set MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING=true before the next run.'
              : 'Each of its metrics has one sample, or there is none; the overview has them all.'
          }
        />
      )}
      {visible
        .filter((group) => group.metrics.length > 0)
        .map((group) => (
          <section key={group.prefix} className={layout.stack} aria-label={formatGroupTitle(group.prefix)}>
            {groups.length > 1 && <h3 className={styles.groupTitle}>{formatGroupTitle(group.prefix)}</h3>}
            <div className={styles.charts}>
              {group.metrics.map((metric) => (
                <MetricCard
                  key={metric}
                  metric={metric}
                  histories={byKey.get(metric) ?? []}
                  runs={[run]}
                  view={view}
                  onView={onView}
                />
              ))}
            </div>
          </section>
        ))}
      {hidden > 0 && (
        <div>
          <button type="button" className={parts.button} onClick={() => onView({ charts: 'all' })}>
            Show {hidden} more charts
          </button>
        </div>
      )}
    </>
  );
}

function formatGroupTitle(prefix: string): string {
  if (prefix === '') return 'Model';
  return prefix === 'system' ? 'The machine it ran on' : prefix;
}
