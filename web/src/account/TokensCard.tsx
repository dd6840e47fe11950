import type { UseQueryResult } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { listTokens } from '../../../src/platform/auth/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { NewTokenDialog } from './NewTokenDialog.tsx';
import { TokensTable } from './TokensTable.tsx';

const TABLE_HEIGHT = 200;

/** Tokens with their scopes, expiry and parent, and a button for a new one. */
export function TokensCard({ query }: { readonly query: UseQueryResult<ResponseOf<typeof listTokens>> }) {
  const isMaking = useSearch({ from: '/account' }).new === 'token';
  const navigate = useNavigate({ from: '/account' });
  const setMaking = (making: boolean) =>
    void navigate({ search: (before) => ({ ...before, new: making ? 'token' : undefined }), replace: true });
  const button = (
    <button type="button" className={`${parts.button} ${parts.primary}`} onClick={() => setMaking(true)}>
      New token
    </button>
  );
  return (
    <Card title="Tokens" actions={button} flush>
      <Loaded query={query} what="The tokens" height={TABLE_HEIGHT}>
        {({ tokens }) =>
          tokens.length > 0 ? (
            <TokensTable tokens={tokens} />
          ) : (
            <EmptyState shows="Tokens for scripts, CI and MLflow clients." why="This account has no token." />
          )
        }
      </Loaded>
      {isMaking && <NewTokenDialog onClose={() => setMaking(false)} />}
    </Card>
  );
}
