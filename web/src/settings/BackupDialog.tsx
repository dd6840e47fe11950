import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { BackupAddress, listBackupRuns, startBackup } from '../../../src/platform/backup/schema.ts';
import { call } from '../client.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import styles from './settings.module.css';

interface BackupDialogProps {
  /** Place of the last backup; empty: none. */
  readonly last: string;
  readonly onClose: () => void;
}

/** Starts a backup into a folder of the server or a bucket. */
export function BackupDialog({ last, onClose }: BackupDialogProps) {
  const [to, setTo] = useState(last);
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () => call(startBackup, { body: { to: to.trim() } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [listBackupRuns.path] });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Back up now"
      act="Start backup"
      acting="Starting…"
      width="middle"
      ready={BackupAddress.safeParse(to.trim()).success}
      pending={start.isPending}
      error={start.error}
      onSubmit={() => start.mutate()}
      onClose={onClose}
    >
      <label className={styles.field}>
        Folder of the server (an absolute path), or bucket
        <input
          className={parts.line}
          placeholder="/var/backups/steelyard"
          spellCheck={false}
          autoComplete="off"
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
      </label>
      <p>The server keeps working meanwhile. Equal content of earlier backups there is stored once.</p>
    </FormDialog>
  );
}
