import { Link } from '@tanstack/react-router';
import type { Pipeline } from '../../../src/mlops/pipelines/schema.ts';
import { counted } from '../format/number.ts';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { CostSoFar } from './CostSoFar.tsx';
import styles from './pipelines.module.css';
import { StateMark } from './StateMark.tsx';
import { Took } from './Took.tsx';
import { useNow } from './use-now.ts';
import { isActive } from './use-pipelines.ts';
import { NO_RUN, NOT_BEGUN, stepsText } from './words.ts';

interface PipelinesTableProps {
  readonly pipelines: readonly Pipeline[];
  readonly onRun: (pipeline: Pipeline) => void;
}

const readDuration = ({ lastRun }: Pipeline) =>
  lastRun?.startedAt == null ? null : Date.parse(lastRun.endedAt ?? lastRun.startedAt) - Date.parse(lastRun.startedAt);
const COMPARE: Comparators<Pipeline> = {
  pipeline: (a, b) => a.name.localeCompare(b.name),
  state: compareTexts((a) => a.lastRun?.state),
  steps: compareTexts((a) => (a.lastRun === null ? null : stepsText(a.lastRun.steps))),
  duration: compareNumbers(readDuration),
  cost: compareAmounts((a) => a.lastRun?.cost?.amount),
  by: compareTexts((a) => a.lastRun?.requestedBy),
  time: compareTexts((a) => a.lastRun?.createdAt),
};

/** Every pipeline with its latest run, and a button that starts the next. */
export function PipelinesTable({ pipelines, onRun }: PipelinesTableProps) {
  const { sorted, sort } = useSorted(pipelines, COMPARE);
  const nowMs = useNow(pipelines.some(({ lastRun }) => isActive(lastRun)));
  return (
    <SidewaysBox label="Pipelines">
      <table className={table.table} data-testid="pipelines">
        <thead>
          <tr>
            <SortHead column="pipeline" sort={sort}>
              Pipeline
            </SortHead>
            <SortHead column="state" sort={sort}>
              Latest run
            </SortHead>
            <SortHead column="steps" sort={sort} className={table.wideOnly}>
              Steps done
            </SortHead>
            <SortHead column="duration" sort={sort} numeric className={table.wideOnly}>
              Duration
            </SortHead>
            <SortHead column="cost" sort={sort} numeric>
              Cost
            </SortHead>
            <SortHead column="by" sort={sort} className={table.wideOnly}>
              Requested by
            </SortHead>
            <SortHead column="time" sort={sort} className={table.wideOnly}>
              Time
            </SortHead>
            <th scope="col" className={styles.act}>
              <span className="visually-hidden">Run</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((pipeline) => (
            <Row key={pipeline.name} pipeline={pipeline} nowMs={nowMs} onRun={() => onRun(pipeline)} />
          ))}
        </tbody>
      </table>
    </SidewaysBox>
  );
}

interface RowProps {
  readonly pipeline: Pipeline;
  readonly nowMs: number;
  readonly onRun: () => void;
}

function Row({ pipeline: { name, description, steps, lastRun }, nowMs, onRun }: RowProps) {
  const never = <Unknown reason={NO_RUN} />;
  return (
    <tr>
      <th scope="row">
        <Link to="/pipelines/$pipeline" params={{ pipeline: name }} className={table.rowLink}>
          {name}
        </Link>
        <span className={`${table.sub} ${table.wideOnly} ${styles.about}`}>
          {description ?? counted(steps.length, 'step')}
        </span>
      </th>
      <td>
        {lastRun === null ? (
          'never ran'
        ) : (
          <span className={styles.latest}>
            <Link
              to="/pipelines/$pipeline/runs/$run"
              params={{ pipeline: name, run: String(lastRun.number) }}
              className={`${parts.textLink} ${styles.above}`}
            >
              #{lastRun.number}
            </Link>
            <StateMark state={lastRun.state} />
          </span>
        )}
      </td>
      <td className={table.wideOnly}>{lastRun === null ? never : stepsText(lastRun.steps)}</td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {lastRun === null ? never : <Took of={lastRun} nowMs={nowMs} reason={NOT_BEGUN} />}
      </td>
      <td className={table.number}>{lastRun === null ? never : <CostSoFar run={lastRun} />}</td>
      <td className={table.wideOnly}>{lastRun === null ? never : lastRun.requestedBy}</td>
      <td className={table.wideOnly}>{lastRun === null ? never : <Instant at={lastRun.createdAt} />}</td>
      <td className={`${styles.act} ${styles.above}`}>
        <button type="button" className={parts.button} onClick={onRun} aria-label={`Run ${name}…`}>
          Run…
        </button>
      </td>
    </tr>
  );
}
