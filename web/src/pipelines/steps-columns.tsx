import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareNumbers } from '../table/comparators.ts';
import type { GridColumn } from '../table/DataTable.tsx';
import { Explanation } from './Explanation.tsx';
import styles from './pipelines.module.css';
import { tookMs } from './run-times.ts';
import { StateMark } from './StateMark.tsx';
import { StepReason } from './StepReason.tsx';
import { WORST_FIRST } from './step-groups.ts';
import { Took } from './Took.tsx';
import { formatStepResult, NOT_BEGUN } from './words.ts';

/** Columns of the table of steps. `metric`: of the trials of a sweep among them; null: none. */
export function stepsColumns(
  nowMs: number,
  onOpen: (step: string) => void,
  metric: string | null,
): GridColumn<PipelineStep>[] {
  return [
    {
      id: 'step',
      header: 'Step',
      compare: (a, b) => a.step.localeCompare(b.step, 'en', { numeric: true }),
      cell: ({ step }) => (
        <button type="button" className={styles.stepButton} onClick={() => onOpen(step)}>
          {step}
        </button>
      ),
    },
    {
      id: 'state',
      header: 'State',
      compare: (a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state),
      cell: ({ state }) => <StateMark state={state} />,
    },
    ...(metric === null ? [] : [valueColumn(metric)]),
    {
      id: 'took',
      header: 'Duration',
      numeric: true,
      compare: compareNumbers((a) => tookMs(a, nowMs)),
      cell: (step) =>
        step.state === 'cached' ? (
          <Unknown reason="Reused from the cache." />
        ) : (
          <Took of={step} nowMs={nowMs} reason={NOT_BEGUN} />
        ),
    },
    {
      id: 'cost',
      header: 'Cost',
      numeric: true,
      compare: compareAmounts((a) => a.cost?.amount),
      cell: ({ cost, state }) =>
        cost === null ? (
          <Unknown reason={noCost(state)} />
        ) : (
          <span className={styles.cost}>
            <MoneyFigure money={cost} />
          </span>
        ),
    },
    { id: 'tries', header: 'Attempts', numeric: true, cell: ({ attempt }) => attempt },
    { id: 'why', header: 'Reason', cell: (step) => <Why step={step} /> },
    { id: 'needs', header: 'Depends on', cell: ({ needs }) => (needs.length === 0 ? 'nothing' : needsText(needs)) },
  ];
}

/** Metric of the trials of a sweep; null where no trial has a value. */
export function findTrialMetric(steps: readonly PipelineStep[]): string | null {
  return steps.find(({ kind, values }) => kind === 'run' && values.metric !== undefined)?.values.metric ?? null;
}

function valueColumn(metric: string): GridColumn<PipelineStep> {
  return {
    id: 'value',
    header: metric,
    numeric: true,
    compare: compareNumbers(({ values }) => (values.value === undefined ? null : Number(values.value))),
    cell: ({ values: { value } }) =>
      value === undefined ? (
        <Unknown reason="No value logged." />
      ) : (
        <data value={value} data-tip={value}>
          {formatMeasure(value)}
        </data>
      ),
  };
}

/** Why a step has no cost. */
export function noCost(state: PipelineStep['state']): string {
  if (state === 'cached') return 'Reused from the cache, at no cost.';
  if (state === 'waiting' || state === 'skipped') return NOT_BEGUN;
  return state === 'running'
    ? 'Not metered yet, or without a price.'
    : 'It used no machine, or its resources have no price.';
}

const MOST_NEEDS = 3;

/** `prepare, train[lr=0.1] and 4 more`. */
export function needsText(needs: readonly string[]): string {
  const rest = needs.length - MOST_NEEDS;
  return rest <= 1 ? needs.join(', ') : `${needs.slice(0, MOST_NEEDS).join(', ')} and ${rest} more`;
}

function Why({ step: { reason, explanation, values } }: { readonly step: PipelineStep }) {
  if (reason !== null) return <StepReason reason={reason} />;
  if (explanation !== null) return <Explanation text={explanation} />;
  return formatStepResult(values) ?? <Unknown reason="No details yet." />;
}
