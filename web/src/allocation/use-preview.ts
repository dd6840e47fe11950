import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Preview, previewAllocation } from '../../../src/finops/allocation/schema.ts';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import { call } from '../client.ts';
import { type Rules, rulesYaml } from './rules-yaml.ts';

const FILE = 'rules.yaml';

export interface Previewed {
  /** The previewed text; exactly this text is applied. */
  readonly text: string;
  readonly preview: Preview;
}

function toDocuments(text: string) {
  return [{ file: FILE, text }];
}

/**
 * A change of the rules: preview, then apply, then optional undo by applying the previous rules again. Only a previewed
 * text can be applied.
 */
export function usePreview(period: string | undefined, inForce: Rules | undefined) {
  const queries = useQueryClient();
  const [seen, setSeen] = useState<Previewed>();
  const [before, setBefore] = useState<string>();
  const preview = useMutation({
    mutationFn: (text: string) => {
      const asked = period === undefined ? {} : { period };
      return call(previewAllocation, { body: { documents: toDocuments(text), ...asked } });
    },
    onMutate: () => {
      setSeen(undefined);
      setBefore(undefined);
    },
    onSuccess: (result, text) => setSeen({ text, preview: result }),
  });
  const put = useMutation({
    mutationFn: (text: string) => call(postApply, { body: { documents: toDocuments(text) } }),
    onSuccess: () => queries.invalidateQueries(),
  });
  const apply = () => {
    if (seen === undefined) return;
    const earlier = inForce === undefined || inForce.version === 0 ? undefined : rulesYaml(inForce);
    put.mutate(seen.text, {
      onSuccess: () => {
        setBefore(earlier);
        setSeen(undefined);
      },
    });
  };
  const undo = () => {
    if (before !== undefined) put.mutate(before, { onSuccess: () => setBefore(undefined) });
  };
  return {
    seen,
    request: (text: string) => preview.mutate(text),
    isPending: preview.isPending,
    error: preview.error ?? put.error,
    apply,
    applying: put.isPending,
    applied: put.isSuccess && seen === undefined && !preview.isPending,
    canUndo: before !== undefined,
    undo,
  };
}
