import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { getAllocationRules } from '../../../src/finops/allocation/schema.ts';
import { endpointQuery } from '../client.ts';
import { toCsv } from '../format/csv.ts';
import { counted } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Select } from '../parts/Select.tsx';
import { RulesTable } from './RulesTable.tsx';
import { givesText, matchText } from './rule-text.ts';
import type { Rules } from './rules-yaml.ts';
import type { Allocation } from './use-allocation.ts';

const HEIGHT = 400;

/** The rules in evaluation order, with the rows and cost that each matched; earlier versions can be selected. */
export function RulesCard({ allocation }: { readonly allocation: Allocation }) {
  const { rules, hits, search } = allocation;
  const navigate = useNavigate({ from: '/allocation' });
  const newest = rules.data?.version ?? 0;
  const version = search.version !== undefined && search.version < newest ? search.version : undefined;
  const chosenRules = useQuery({
    ...endpointQuery(getAllocationRules, { query: { version } }),
    enabled: version !== undefined,
  });
  const query = version === undefined ? rules : chosenRules;
  const taken = version === undefined ? hits.data?.hits : undefined;
  const csv = () => rulesCsv(query.data, taken);
  const versions = Array.from({ length: newest }, (_, index) => newest - index);
  return (
    <Card
      title="Allocation rules"
      note={describeRules(query.data, newest)}
      actions={
        newest > 0 && (
          <>
            <Select
              label="Version of the rules"
              hideLabel
              value={String(version ?? newest)}
              options={versions.map((value) => ({
                value: String(value),
                label: value === newest ? `Version ${value}, active` : `Version ${value}`,
              }))}
              onChange={(value) =>
                void navigate({
                  search: (before) => ({ ...before, version: Number(value) === newest ? undefined : Number(value) }),
                  resetScroll: false,
                })
              }
            />
            <CsvButton name="allocation-rules" what="the rules" text={csv} />
          </>
        )
      }
      flush
    >
      <Loaded query={query} what="The rules" height={HEIGHT}>
        {(found) =>
          found.rules.length === 0 ? (
            <EmptyState
              shows="The allocation rules in order, with the cost that each takes."
              why="No rule has been applied yet, so the whole bill is unallocated. Write a rule below, or apply a file."
              command="steelyard apply -f allocation-rules.yaml"
            />
          ) : (
            <RulesTable rules={found.rules} hits={taken} />
          )
        }
      </Loaded>
    </Card>
  );
}

function describeRules(rules: Rules | undefined, newest: number): string {
  if (rules === undefined || rules.appliedAt === null)
    return 'Evaluated in order; the first matching rule takes the row';
  const applied = `${rules.name}, ${counted(rules.rules.length, 'rule')}, applied ${formatInstant(rules.appliedAt)}`;
  if (rules.version !== newest) return `${applied}. No longer active`;
  return `${applied}. Evaluated in order; the first matching rule takes the row`;
}

function rulesCsv(
  rules: Rules | undefined,
  hits: readonly { rule: string | null; amount: string; billRows: number; currency: string }[] | undefined,
): string {
  const lines = (rules?.rules ?? []).flatMap((rule, index) => {
    const own = hits?.filter((hit) => hit.rule === rule.name) ?? [];
    const ownHits = own.length === 0 ? [undefined] : own;
    return ownHits.map((hit) => [
      ...[String(index + 1), rule.name, matchText(rule), givesText(rule)],
      ...[hit === undefined ? null : String(hit.billRows), hit?.amount ?? null, hit?.currency ?? null],
    ]);
  });
  return toCsv(['order', 'rule', 'match', 'gives', 'billRows', 'amount', 'currency'], lines);
}
