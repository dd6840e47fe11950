import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { DecisionId, listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { endpointQuery } from '../client.ts';
import { type Command, createCommand } from './palette-command.ts';

const PAGE = 200;

/** Decisions whose id begins with the text, among the newest; any decision by its complete id. */
export function useDecisionCommands(text: string): readonly Command[] {
  const navigate = useNavigate();
  const wanted = text.trim();
  const isId = wanted.startsWith('dec_');
  const decisions = useQuery({ ...endpointQuery(listDecisions, { query: { pageSize: PAGE } }), enabled: isId });
  if (!isId) return [];
  const go = (decision: string) => () => void navigate({ to: '/decisions/$decision', params: { decision } });
  const found = (decisions.data?.decisions ?? []).filter(({ decision }) => decision.startsWith(wanted));
  const isListed = found.some(({ decision }) => decision === wanted);
  const byId = !isListed && DecisionId.safeParse(wanted).success;
  return [
    ...found.map(({ decision, model, version, verdict }) => ({
      ...createCommand('Decision', `${decision}: ${verdict} ${model} v${version}`, go(decision)),
    })),
    ...(byId ? [createCommand('Decision', wanted, go(wanted))] : []),
  ];
}
