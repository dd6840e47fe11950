import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { CommandCard } from '../settings/CommandCard.tsx';
import { AccountsCard } from './AccountsCard.tsx';
import { TokensCard } from './TokensCard.tsx';
import { tokenState } from './token-state.ts';
import { useSession } from './use-session.ts';
import { tokensQuery } from './use-tokens.ts';

const COMMANDS = [
  {
    command: 'STEELYARD_ACCOUNTS=on steelyard serve',
    effect: 'Start the server with accounts; the first start prints a password',
  },
  { command: 'steelyard account create ada --role admin', effect: 'Add an account' },
];

/** The account of the reader: its tokens, and for an administrator all accounts. */
export function AccountPage() {
  const { data: who } = useSession();
  const [openedMs] = useState(() => Date.now());
  const tokens = useQuery({ ...tokensQuery, enabled: who?.accounts === 'on' });
  if (who === undefined) return null;
  if (who.accounts === 'off') {
    return (
      <Page
        title="Accounts and tokens"
        answer="This server runs without accounts: every caller is “local” and may do everything."
      >
        <CommandCard title="Turn accounts on" commands={COMMANDS} />
      </Page>
    );
  }
  const active = tokens.data?.tokens.filter((token) => tokenState(token, openedMs) === 'active').length;
  const counted = active === 1 ? '1 active token' : `${active} active tokens`;
  return (
    <Page
      title="Accounts and tokens"
      answer={active === undefined ? <AnswerPending /> : `${who.name}, role ${who.role}: ${counted}.`}
    >
      <div className={layout.stack}>
        <TokensCard query={tokens} />
        {who.role === 'admin' && <AccountsCard own={who.name ?? ''} />}
      </div>
    </Page>
  );
}
