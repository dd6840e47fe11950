import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { getTeamOffer } from '../../../src/finops/allocation/team-offer/schema.ts';
import { endpointQuery } from '../client.ts';

const TeamRuleOffer = lazy(() => import('./TeamRuleOffer.tsx').then((module) => ({ default: module.TeamRuleOffer })));

interface TeamRuleNoticeProps {
  /** False until the page's headline is loaded, so that this request does not delay it. */
  readonly ask: boolean;
}

/** Shown while no rule assigns cost to a team, and after the offered rule was added, with undo. */
export function TeamRuleNotice({ ask }: TeamRuleNoticeProps) {
  const offered = useQuery({ ...endpointQuery(getTeamOffer), enabled: ask });
  const offer = offered.data?.offer ?? null;
  const [wasOffered, setWasOffered] = useState(false);
  if (offer !== null && !wasOffered) setWasOffered(true);
  if (offer === null && !wasOffered) return null;
  return (
    <Suspense fallback={null}>
      <TeamRuleOffer offer={offer} />
    </Suspense>
  );
}
