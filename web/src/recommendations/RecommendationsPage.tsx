import { useNavigate, useSearch } from '@tanstack/react-router';
import type { RecommendationList, RecommendationSummary } from '../../../src/tradeoff/recommendations/schema.ts';
import { toCsv } from '../format/csv.ts';
import { formatMoney } from '../format/money.ts';
import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { RecommendationsTable } from './RecommendationsTable.tsx';
import { SearchedCard } from './SearchedCard.tsx';
import { TermsCard } from './TermsCard.tsx';
import { useFind, useRecommendations } from './use-recommendations.ts';
import { listAnswer, nothingOpenText } from './words.ts';

const TABLE_HEIGHT = 320;
const CHOICES = [
  { value: 'open', label: 'Open' },
  { value: 'done', label: 'Done' },
  { value: 'closed', label: 'Closed' },
] as const;

/** All recommendations with their changes and savings. */
export function RecommendationsPage() {
  const { state = 'open' } = useSearch({ from: '/recommendations' });
  const navigate = useNavigate({ from: '/recommendations' });
  const list = useRecommendations(state);
  const find = useFind();
  const answer = () => {
    if (list.data !== undefined) return listAnswer(list.data);
    return list.isError ? 'The recommendations could not be read.' : <AnswerPending />;
  };
  const choose = (value: (typeof CHOICES)[number]['value']) =>
    void navigate({ search: (before) => ({ ...before, state: value === 'open' ? undefined : value }) });
  return (
    <Page title="Recommendations" answer={answer()}>
      <div className={layout.stack}>
        <Card
          title="Recommended actions and their savings"
          note={list.data === undefined ? undefined : <Overlap list={list.data} />}
          actions={
            <>
              <Choice label="State" value={state} options={CHOICES} onChange={choose} />
              <CsvButton
                name="recommendations"
                what="the recommendations"
                text={() => recommendationsCsv(list.data?.recommendations ?? [])}
              />
              <button
                type="button"
                className={parts.button}
                disabled={find.isPending}
                onClick={() => find.mutate(undefined)}
              >
                {find.isPending ? 'Scanning…' : 'Scan now'}
              </button>
            </>
          }
          flush
        >
          <Loaded query={list} what="The recommendations" height={TABLE_HEIGHT}>
            {(data) =>
              data.recommendations.length > 0 ? (
                <RecommendationsTable recommendations={data.recommendations} />
              ) : (
                <Nothing state={state} lookedAt={data.lookedAt} />
              )
            }
          </Loaded>
        </Card>
        {list.data !== undefined && list.data.searched.length > 0 && <SearchedCard list={list.data} />}
        {list.data !== undefined && <TermsCard />}
      </div>
    </Page>
  );
}

/** Reason why the sum of the savings is not the total. */
function Overlap({ list: { totals } }: { readonly list: RecommendationList }) {
  const overlapping = totals.filter(({ saving, sumOfAlone }) => saving.monthly?.amount !== sumOfAlone.amount);
  if (overlapping.length === 0) return 'Each row is the saving of one recommendation; they do not overlap.';
  const sums = overlapping.map(({ sumOfAlone }) => formatMoney(sumOfAlone)).join(' and ');
  const others = totals.reduce((count, { leftOut }) => count + leftOut.length, 0);
  const without =
    others === 0 ? '' : ` Alternatives are excluded: ${counted(others, 'recommendation')} with a lower saving.`;
  return `Each row is the saving of one recommendation. Their sum would be ${sums}; overlapping savings are computed together on the same hours.${without}`;
}

interface NothingProps {
  readonly state: 'open' | 'done' | 'closed';
  readonly lookedAt: string | null;
}

function Nothing({ state, lookedAt }: NothingProps) {
  if (state === 'open') {
    return (
      <EmptyState
        shows="Savings: unused endpoints, surplus replicas and GPUs, and cheaper purchases, each with its risk."
        why={nothingOpenText(lookedAt)}
        command="steelyard recommend find"
      />
    );
  }
  return (
    <EmptyState
      shows={
        state === 'done'
          ? 'Applied recommendations with their measured savings.'
          : 'Dismissed and lapsed recommendations.'
      }
      why={
        state === 'done'
          ? 'No recommendation has been applied yet.'
          : 'No recommendation was dismissed, and none has lapsed.'
      }
    />
  );
}

const HEADER = [
  ...['recommendation', 'kind', 'state', 'title', 'what', 'before', 'after'],
  ...['savesAMonth', 'lower', 'upper', 'costsAMonth', 'currency', 'confidence', 'coverageRatio', 'days'],
  ...['risk', 'riskText', 'guard', 'foundAt', 'realisedAMonth'],
];

/** Recommendations, exactly; empty is not known. */
function recommendationsCsv(all: readonly RecommendationSummary[]): string {
  return toCsv(
    HEADER,
    all.map(({ saving, confidence, risk, realised, ...one }) => [
      ...[one.recommendation, one.kind, one.state, one.title, one.what, one.before, one.after],
      ...[saving.monthly, saving.lower, saving.upper, saving.cost].map((money) => money?.amount ?? null),
      saving.monthly?.currency ?? null,
      ...[confidence.level, String(confidence.coverageRatio), String(confidence.days)],
      ...[risk.level, risk.text, one.guard, one.foundAt, realised?.monthly?.amount ?? null],
    ]),
  );
}
