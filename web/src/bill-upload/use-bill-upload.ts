import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type ImportResult, importBill } from '../../../src/finops/billing/schema.ts';
import type { CallInput } from '../../../src/platform/contract/schema.ts';
import { call } from '../client.ts';
import { sendFile } from './send-file.ts';

type ImportOptions = Omit<NonNullable<CallInput<typeof importBill>['body']>, 'files'>;

export interface BillToSend {
  readonly files: readonly File[];
  readonly options: ImportOptions;
}

/** Progress of the upload; `sentBytes` of `totalBytes`, and then the import on the server. */
export interface UploadProgress {
  readonly step: 'sending' | 'importing';
  readonly file: string;
  readonly sentBytes: number;
  readonly totalBytes: number;
}

/** Sends bill files and imports them as one delivery. */
export function useBillUpload() {
  const queries = useQueryClient();
  const [progress, setProgress] = useState<UploadProgress>();
  const [stop, setStop] = useState<AbortController>();
  const run = useMutation<ImportResult, Error, BillToSend>({
    mutationFn: async ({ files, options }) => {
      const controller = new AbortController();
      setStop(controller);
      const uploads = await sendAll(files, setProgress, controller.signal);
      const body = { ...options, files: uploads };
      return call(importBill, { body }, controller.signal);
    },
    onSuccess: () => queries.invalidateQueries(),
    onSettled: () => setProgress(undefined),
  });
  return {
    run,
    progress: run.isPending ? progress : undefined,
    /** Only while files are sent: the server finishes an import that it has begun. */
    cancel: () => {
      stop?.abort();
      run.reset();
    },
  };
}

async function sendAll(files: readonly File[], report: (progress: UploadProgress) => void, signal: AbortSignal) {
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const uploads: { upload: string; name: string }[] = [];
  let before = 0;
  for (const file of files) {
    const told = (sentBytes: number) =>
      report({ step: 'sending', file: file.name, sentBytes: before + Math.min(sentBytes, file.size), totalBytes });
    told(0);
    uploads.push({ upload: await sendFile(file, told, signal), name: file.name });
    before += file.size;
  }
  report({ step: 'importing', file: files[0]?.name ?? '', sentBytes: totalBytes, totalBytes });
  return uploads;
}
