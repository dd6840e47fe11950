import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { type Decision, listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { endpointPages, endpointQuery } from '../client.ts';
import { toCsv } from '../format/csv.ts';
import { rangePhrase, toInstants } from '../frame/date-range.ts';
import { useNamedRange } from '../frame/use-scope.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { ActsCard } from './ActsCard.tsx';
import { DecisionsAnswer } from './DecisionsAnswer.tsx';
import { DecisionsTable } from './DecisionsTable.tsx';

const ANY = '';
const VERDICTS = ['promote', 'hold', 'reject'] as const;
const TABLE_HEIGHT = 420;

/** Decisions about model versions, newest first. */
export function DecisionsPage() {
  const search = useSearch({ from: '/decisions' });
  const navigate = useNavigate({ from: '/decisions' });
  const range = useNamedRange();
  const models = useQuery(endpointQuery(listModels));
  const pages = useInfiniteQuery({
    ...endpointPages(listDecisions, {
      model: search.model,
      verdict: search.verdict,
      ...(range === undefined ? {} : toInstants(range)),
    }),
    placeholderData: keepPreviousData,
  });
  const decisions = pages.data?.pages.flatMap((page) => page.decisions);
  const query = { data: decisions, error: pages.error, refetch: pages.refetch };
  const names = new Set([...(models.data?.models ?? []).map((model) => model.name), search.model ?? ANY]);
  names.delete(ANY);
  const filtered = search.model !== undefined || search.verdict !== undefined || range !== undefined;
  const filters = (
    <>
      <Select
        label="Model"
        value={search.model ?? ANY}
        options={[{ value: ANY, label: 'All models' }, ...[...names].sort().map((value) => ({ value, label: value }))]}
        onChange={(model) => void navigate({ search: (before) => ({ ...before, model: model || undefined }) })}
      />
      <Select
        label="Verdict"
        value={search.verdict ?? ANY}
        options={[{ value: ANY, label: 'All verdicts' }, ...VERDICTS.map((value) => ({ value, label: value }))]}
        onChange={(value) =>
          void navigate({
            search: (before) => ({ ...before, verdict: VERDICTS.find((verdict) => verdict === value) }),
          })
        }
      />
      {decisions !== undefined && decisions.length > 0 && (
        <CsvButton name="decisions" what="the decisions" text={() => decisionsCsv(decisions)} />
      )}
    </>
  );
  return (
    <Page
      title="Decisions"
      answer={
        decisions === undefined && pages.error === null ? (
          <AnswerPending />
        ) : (
          <DecisionsAnswer decisions={decisions ?? []} complete={!pages.hasNextPage} filtered={filtered} />
        )
      }
    >
      <div className={layout.stack}>
        {search.about !== undefined && <ActsCard about={search.about} />}
        <Card
          title="Verdicts and evidence"
          note={range === undefined ? undefined : `Decisions ${rangePhrase(range)}.`}
          actions={filters}
          flush
        >
          <Loaded query={query} what="The decisions" height={TABLE_HEIGHT}>
            {(found) =>
              found.length > 0 ? (
                <DecisionsTable decisions={found} />
              ) : (
                <EmptyState
                  shows="Every gate verdict, with its quality and cost evidence."
                  why={filtered ? 'No decision matches these filters.' : 'No model version has been evaluated yet.'}
                  {...(filtered ? {} : { command: 'steelyard gate check MODEL VERSION --policy NAME' })}
                />
              )
            }
          </Loaded>
          {pages.hasNextPage && (
            <button type="button" className={parts.button} onClick={() => void pages.fetchNextPage()}>
              Show older decisions
            </button>
          )}
        </Card>
        {search.about === undefined && decisions !== undefined && <ActsCard about={undefined} />}
      </div>
    </Page>
  );
}

const HEADER = ['decision', 'at', 'model', 'version', 'policy', 'policyVersion', 'verdict', 'summary', 'actor'];

/** The decisions as CSV, in the contract's names. */
function decisionsCsv(decisions: readonly Decision[]): string {
  return toCsv(
    HEADER,
    decisions.map((one) => [
      one.decision,
      one.at,
      one.model,
      one.version,
      one.policy,
      String(one.policyVersion),
      one.verdict,
      one.summary,
      one.actor,
    ]),
  );
}
