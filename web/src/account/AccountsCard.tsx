import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Card } from '../parts/Card.tsx';
import { FormDialog } from '../parts/FormDialog.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import { LoginKind } from './LoginKind.tsx';
import { accountsQuery, useTokenChanges } from './use-tokens.ts';

const TABLE_HEIGHT = 160;

/** All accounts with a delete button, for an administrator. The administrator's own account has none. */
export function AccountsCard({ own }: { readonly own: string }) {
  const accounts = useQuery(accountsQuery);
  const { deleteAccount } = useTokenChanges();
  const [leaving, setLeaving] = useState<string | null>(null);
  const ask = (name: string | null) => {
    deleteAccount.reset();
    setLeaving(name);
  };
  return (
    <Card title="Accounts" flush>
      <Loaded query={accounts} what="The accounts" height={TABLE_HEIGHT}>
        {(found) => (
          <SortableTable
            label="Accounts"
            rows={found.accounts}
            columns={[
              { head: 'Name', by: (one) => one.name },
              { head: 'Role', by: (one) => one.role },
              { head: 'Login', by: (one) => one.signOn?.confirmedAt ?? one.passwordUsedAt },
              { head: 'Status', by: (one) => one.disabledAt },
              { head: 'Created', by: (one) => one.createdAt },
              { hiddenHead: 'Actions' },
            ]}
            row={(account) => (
              <tr key={account.name}>
                <th scope="row">{account.name}</th>
                <td>{account.role}</td>
                <td>
                  <LoginKind account={account} />
                </td>
                <td>{account.disabledAt === null ? 'Active' : 'Disabled'}</td>
                <td>
                  <Instant at={account.createdAt} dayOnly />
                </td>
                <td>
                  {account.name !== own && (
                    <button
                      type="button"
                      className={parts.plain}
                      aria-label={`Delete ${account.name}`}
                      onClick={() => ask(account.name)}
                    >
                      Delete
                    </button>
                  )}
                </td>
              </tr>
            )}
          />
        )}
      </Loaded>
      {leaving !== null && (
        <FormDialog
          title={`Delete ${leaving}?`}
          act="Delete account"
          acting="Deleting…"
          pending={deleteAccount.isPending}
          error={deleteAccount.error}
          onSubmit={() => deleteAccount.mutate(leaving, { onSuccess: () => ask(null) })}
          onClose={() => ask(null)}
        >
          <p>
            Its sessions, tokens and team memberships end immediately, and so do tokens created with them. Its rows in
            the audit trail stay. This cannot be undone.
          </p>
        </FormDialog>
      )}
    </Card>
  );
}
