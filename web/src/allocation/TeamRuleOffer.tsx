import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { getAllocationRules } from '../../../src/finops/allocation/schema.ts';
import type { TeamOffer } from '../../../src/finops/allocation/team-offer/schema.ts';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import { call, endpointQuery } from '../client.ts';
import { counted, formatCount, formatPercent } from '../format/number.ts';
import { ErrorState } from '../parts/ErrorState.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { rulesYaml } from './rules-yaml.ts';

const FILE = 'by-team-tag.yaml';

interface TeamRuleOfferProps {
  /** null: the rule has been added, and can be undone. */
  readonly offer: TeamOffer | null;
}

/** Offers a rule by the team tag, with a button to add it and one to undo it. */
export function TeamRuleOffer({ offer }: TeamRuleOfferProps) {
  const queries = useQueryClient();
  const rules = useQuery({ ...endpointQuery(getAllocationRules), enabled: offer !== null });
  const [before, setBefore] = useState<string>();
  const put = useMutation({
    mutationFn: (text: string) => call(postApply, { body: { documents: [{ file: FILE, text }] } }),
    onSuccess: () => queries.invalidateQueries(),
  });
  if (put.error !== null) {
    return <ErrorState error={put.error} what="The rule" onRetry={() => put.reset()} />;
  }
  if (before !== undefined) {
    const undo = () => put.mutate(before, { onSuccess: () => setBefore(undefined) });
    return (
      <Notice
        kind="status"
        actions={
          <button type="button" className={parts.button} disabled={put.isPending} onClick={undo}>
            {put.isPending ? 'Undoing…' : 'Undo'}
          </button>
        }
      >
        Added the rule <strong>by-team-tag</strong>. Costs are assigned to teams by it.
      </Notice>
    );
  }
  if (offer === null) return null;
  const add = () => {
    const inForce = rules.data;
    if (inForce !== undefined) put.mutate(offer.document, { onSuccess: () => setBefore(rulesYaml(inForce)) });
  };
  return (
    <Notice
      actions={
        <button
          type="button"
          className={parts.button}
          disabled={put.isPending || rules.data === undefined}
          onClick={add}
        >
          {put.isPending ? 'Adding the rule…' : 'Assign cost by this tag'}
        </button>
      }
    >
      <strong>No rule assigns cost to a team.</strong> <Offer offer={offer} />
    </Notice>
  );
}

function Offer({ offer }: { readonly offer: TeamOffer }) {
  const { tagKeys, values, billRows, allRows, amounts } = offer;
  return (
    <>
      {formatCount(billRows)} of {counted(allRows, 'bill row')} have the {tagKeys.length === 1 ? 'tag' : 'tags'}{' '}
      <code>{tagKeys.join(', ')}</code>, with {counted(values, 'team')}; effective cost{' '}
      {amounts.map(({ currency, amount, share }, index) => (
        <span key={currency}>
          {index > 0 && ', '}
          <MoneyFigure money={{ amount, currency }} />
          {share !== null && ` (${formatPercent(share * 100)})`}
        </span>
      ))}
      .
    </>
  );
}
