import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import { CurveControls } from './CurveControls.tsx';
import { MetricCard } from './MetricCard.tsx';
import styles from './runs.module.css';
import { type Compare, useCurveCharts } from './use-compare.ts';

const FIRST_CHARTS = 6;
const CARD_HEIGHT = 320;

/** A chart for each metric, with the runs over each other. Metrics with one sample a run are left to the tables. */
export function ComparedCurves({ compare }: { readonly compare: Compare }) {
  const { search, ids, metrics, visible, change } = compare;
  const { charts, hidden } = useCurveCharts(
    ids,
    metrics,
    search,
    search.charts === 'all' ? metrics.length : FIRST_CHARTS * 2,
  );
  const drawn = charts.filter(({ query }) => query?.data?.histories.some(({ samples }) => samples > 1) !== false);
  const single = charts.length - drawn.length;
  const first = search.charts === 'all' ? drawn : drawn.slice(0, FIRST_CHARTS);
  const more = hidden + drawn.length - first.length;
  return (
    <>
      <div className={styles.sectionHead}>
        <h2 className={styles.sectionTitle}>Metrics over time</h2>
        <CurveControls view={search} onView={change} />
      </div>
      {drawn.length === 0 && (
        <EmptyState
          shows="A chart for each metric that a run logged more than once."
          why="Every metric of these runs has one sample; the charts and the table below compare them."
        />
      )}
      <div className={styles.charts}>
        {first.map(({ metric, query }) =>
          query === undefined ? (
            <Skeleton key={metric} height={CARD_HEIGHT} />
          ) : (
            <Loaded key={metric} query={query} what={metric} height={CARD_HEIGHT}>
              {(data) => (
                <MetricCard metric={metric} histories={data.histories} runs={visible} view={search} onView={change} />
              )}
            </Loaded>
          ),
        )}
      </div>
      {(more > 0 || single > 0) && (
        <div className={styles.controls}>
          {more > 0 && (
            <button type="button" className={parts.button} onClick={() => change({ charts: 'all' })}>
              Show {more} more
            </button>
          )}
          {single > 0 && (
            <span className={styles.quiet}>
              {single === 1 ? '1 metric has' : `${single} metrics have`} one sample a run, so no curve.
            </span>
          )}
        </div>
      )}
    </>
  );
}
