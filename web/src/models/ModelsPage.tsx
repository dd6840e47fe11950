import type { PartialAnswer, ResponseOf } from '../../../src/platform/contract/schema.ts';
import { DAY_MS } from '../../../src/platform/units/durations.ts';
import type { listModelScorecards } from '../../../src/tradeoff/scorecards/schema.ts';
import { counted, formatPercent } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { LatestDecisions } from './LatestDecisions.tsx';
import { ScorecardsTable } from './scorecard/ScorecardsTable.tsx';
import { scorecardsCsv } from './scorecard/scorecards-csv.ts';
import { useScorecards } from './scorecard/use-scorecards.ts';
import { rangeText } from './scorecard/words.ts';

const TABLE_HEIGHT = 280;

/** All registered models with cost, GPU hours, return, quality, latency and drift. */
export function ModelsPage() {
  const list = useScorecards();
  const found = list.data?.scorecards ?? [];
  const range =
    list.data === undefined
      ? undefined
      : `${rangeText(list.data.range)}, UTC; effective cost of registered models. The overview also counts cost without one.`;
  return (
    <Page title="Registry" answer={describeModels(list)}>
      <div className={layout.stack}>
        <Card
          title="Registered models"
          note={range ?? 'Effective cost'}
          actions={found.length > 0 && <CsvButton name="models" what="the models" text={() => scorecardsCsv(found)} />}
          flush
        >
          <Loaded query={list} what="The models" height={TABLE_HEIGHT}>
            {(data) =>
              data.scorecards.length > 0 ? (
                <ScorecardsTable scorecards={data.scorecards} />
              ) : (
                <EmptyState
                  shows="Every registered model with its cost, GPU hours, return, quality, latency and drift."
                  why={`${describeNone(data)}. Point an MLflow client to this server and register one.`}
                  command={`export MLFLOW_TRACKING_URI=${window.location.origin}`}
                />
              )
            }
          </Loaded>
        </Card>
        {found.length > 0 && <LatestDecisions />}
      </div>
    </Page>
  );
}

/** Why the list is empty: of a member of teams, the models of others are not listed. */
function describeNone({ partial }: { readonly partial: PartialAnswer }): string {
  if (partial === undefined) return 'No model is registered yet';
  const { teams } = partial;
  return teams.length === 0 ? 'Your account is in no team' : `No model of ${teams.join(', ')} is registered yet`;
}

/** How many models have a problem, and the first of them with its reason. */
function describeModels({ data, error }: Pick<ReturnType<typeof useScorecards>, 'data' | 'error'>) {
  if (error !== null) return describeReadError(error, 'The models');
  if (data === undefined) return <AnswerPending />;
  const { scorecards } = data;
  if (scorecards.length === 0) return `${describeNone(data)}.`;
  const count = counted(scorecards.length, 'registered model');
  const bad = scorecards.filter(({ status }) => status === 'critical' || status === 'warning');
  const worst = bad.find(({ status }) => status === 'critical') ?? bad[0];
  if (worst === undefined)
    return `${count}; none misses a target or has an alert on its running version.${describeDearer(data)}`;
  const lead = worst.statusReason.includes(worst.model) ? '' : `${worst.model}: `;
  return `${count}, ${bad.length} with a problem. ${lead}${worst.statusReason}`;
}

type Listed = ResponseOf<typeof listModelScorecards>;

/** A rise of the cost from which it is named, as a share. */
const NAMED_RISE = 0.2;

/** The model whose cost rose most, where it did so by a fifth or more. Example: " ranker costs 64 % more than in the 30 days before." */
function describeDearer({ scorecards, range }: Pick<Listed, 'scorecards' | 'range'>): string {
  const [dearest] = scorecards
    .filter(({ cost }) => Number(cost.trend.changeRatio ?? 0) >= NAMED_RISE)
    .toSorted((a, b) => Number(b.cost.trend.change ?? 0) - Number(a.cost.trend.change ?? 0));
  if (dearest === undefined) return '';
  const rise = formatPercent(Number(dearest.cost.trend.changeRatio) * 100);
  const days = Math.round((Date.parse(range.end) - Date.parse(range.start)) / DAY_MS);
  return ` ${dearest.model} costs ${rise} more than in the ${counted(days, 'day')} before.`;
}
