import type { Token } from '../../../src/platform/auth/schema.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import { useTokenChanges } from './use-tokens.ts';

interface RevokeDialogProps {
  readonly token: Token;
  readonly onClose: () => void;
}

/** Asks for confirmation before a token is revoked. */
export function RevokeDialog({ token: { id, label }, onClose }: RevokeDialogProps) {
  const { revoke } = useTokenChanges();
  return (
    <FormDialog
      title={`Revoke ${label}?`}
      act="Revoke token"
      acting="Revoking…"
      pending={revoke.isPending}
      error={revoke.error}
      onSubmit={() => revoke.mutate(id, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>It stops working immediately, and so do all tokens created with it. This cannot be undone.</p>
    </FormDialog>
  );
}
