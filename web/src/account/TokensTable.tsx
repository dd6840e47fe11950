import { useState } from 'react';
import type { Token } from '../../../src/platform/auth/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import table from '../table/table.module.css';
import styles from './account.module.css';
import { RevokeDialog } from './RevokeDialog.tsx';
import { tokenState } from './token-state.ts';

const STATES = { active: 'Active', expired: 'Expired', revoked: 'Revoked' } as const;

/** One row for each token; secrets are never shown again. */
export function TokensTable({ tokens }: { readonly tokens: readonly Token[] }) {
  const [openedMs] = useState(() => Date.now());
  const [revoking, setRevoking] = useState<Token | null>(null);
  const labels = new Map(tokens.map(({ id, label }) => [id, label]));
  return (
    <>
      <table className={table.table} aria-label="Tokens">
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col">Account</th>
            <th scope="col">Scopes</th>
            <th scope="col">Expires</th>
            <th scope="col">Created with</th>
            <th scope="col">Last used</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <th scope="row">{token.label}</th>
              <td>{token.account}</td>
              <td className={styles.scopes}>{token.scopes === null ? 'All of the role' : token.scopes.join(', ')}</td>
              <td>{token.expiresAt === null ? 'Never' : <Instant at={token.expiresAt} dayOnly />}</td>
              <td>{token.parent === null ? 'Password' : (labels.get(token.parent) ?? `Token ${token.parent}`)}</td>
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
          ))}
        </tbody>
      </table>
      {revoking !== null && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}
