import type { Token } from '../../../src/platform/auth/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import table from '../table/table.module.css';
import styles from './account.module.css';
import { useTokenChanges } from './use-tokens.ts';

/** One row for each token; secrets are never shown again. */
export function TokensTable({ tokens }: { readonly tokens: readonly Token[] }) {
  const { revoke } = useTokenChanges();
  const labels = new Map(tokens.map(({ id, label }) => [id, label]));
  return (
    <>
      {revoke.error !== null && (
        <p className={parts.refused} role="alert">
          {revoke.error.message}
        </p>
      )}
      <table className={table.table} aria-label="Tokens">
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col">Account</th>
            <th scope="col">Scopes</th>
            <th scope="col">Expires</th>
            <th scope="col">Made with</th>
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
                {token.revokedAt === null ? (
                  <button
                    type="button"
                    className={parts.plain}
                    aria-label={`Revoke ${token.label}`}
                    disabled={revoke.isPending}
                    onClick={() => revoke.mutate(token.id)}
                  >
                    Revoke
                  </button>
                ) : (
                  'Revoked'
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
