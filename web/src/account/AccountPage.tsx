import { useQuery } from '@tanstack/react-query';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Page } from '../parts/Page.tsx';
import { AccountsCard } from './AccountsCard.tsx';
import { TokensCard } from './TokensCard.tsx';
import { useSession } from './use-session.ts';
import { tokensQuery } from './use-tokens.ts';

/** The account of the reader: its tokens, and for an administrator all accounts. */
export function AccountPage() {
  const { data: who } = useSession();
  const tokens = useQuery({ ...tokensQuery, enabled: who?.accounts === 'on' });
  if (who === undefined) return null;
  if (who.accounts === 'off') {
    return (
      <Page title="Account" answer="This server runs without accounts, so there are no tokens.">
        {null}
      </Page>
    );
  }
  const active = tokens.data?.tokens.filter(({ revokedAt }) => revokedAt === null).length;
  const counted = active === 1 ? '1 active token' : `${active} active tokens`;
  return (
    <Page
      title="Account"
      answer={active === undefined ? <AnswerPending /> : `${who.name}, role ${who.role}: ${counted}.`}
    >
      <TokensCard query={tokens} />
      {who.role === 'admin' && <AccountsCard own={who.name ?? ''} />}
    </Page>
  );
}
