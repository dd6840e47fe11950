import { useState } from 'react';
import type { Token } from '../../../src/platform/auth/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import styles from './account.module.css';
import { RevokeDialog } from './RevokeDialog.tsx';
import { tokenState } from './token-state.ts';

/** Sorts after every time. */
const NEVER = '9999';
const STATES = { active: 'Active', expired: 'Expired', revoked: 'Revoked' } as const;

/** One row for each token; secrets are never shown again. */
export function TokensTable({ tokens }: { readonly tokens: readonly Token[] }) {
  const [openedMs] = useState(() => Date.now());
  const [revoking, setRevoking] = useState<Token | null>(null);
  const labels = new Map(tokens.map(({ id, label }) => [id, label]));
  const nameParent = ({ parent }: Token) => (parent === null ? 'Password' : (labels.get(parent) ?? `Token ${parent}`));
  return (
    <>
      <SortableTable
        label="Tokens"
        rows={tokens}
        columns={[
          { head: 'Label', by: (one) => one.label },
          { head: 'Account', by: (one) => one.account },
          { head: 'Scopes', by: scopesText },
          { head: 'Expires', by: (one) => one.expiresAt ?? NEVER },
          { head: 'Created with', by: nameParent },
          { head: 'Last used', by: (one) => one.lastUsedAt },
          { hiddenHead: 'Actions' },
        ]}
        row={(token) => (
          <tr key={token.id}>
            <th scope="row">{token.label}</th>
            <td>{token.account}</td>
            <td className={styles.scopes}>{scopesText(token)}</td>
            <td>{token.expiresAt === null ? 'Never' : <Instant at={token.expiresAt} dayOnly />}</td>
            <td>{nameParent(token)}</td>
            <td>{token.lastUsedAt === null ? 'Never' : <Instant at={token.lastUsedAt} />}</td>
            <td>
              {tokenState(token, openedMs) === 'active' ? (
                <button
                  type="button"
                  className={parts.plain}
                  aria-label={`Revoke ${token.label}`}
                  onClick={() => setRevoking(token)}
                >
                  Revoke
                </button>
              ) : (
                STATES[tokenState(token, openedMs)]
              )}
            </td>
          </tr>
        )}
      />
      {revoking !== null && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}

function scopesText({ scopes }: Token): string {
  return scopes === null ? 'All of the role' : scopes.join(', ');
}
