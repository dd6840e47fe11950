import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EndpointDetail } from '../../../src/mlops/serving/schema.ts';
import { useSession } from '../account/use-session.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { CopyButton } from '../parts/CopyButton.tsx';
import parts from '../parts/parts.module.css';
import { buildCurl, ModelInputs, PROTOCOLS, type Protocol } from './call-snippets.ts';
import styles from './endpoints.module.css';

/** How the endpoint is called, by each protocol, as a line to paste. */
export function CallCard({ endpoint: { name, url, variants } }: { readonly endpoint: EndpointDetail }) {
  const [protocol, setProtocol] = useState<Protocol>('mlflow');
  const { data: who } = useSession();
  const model = variants[0]?.model;
  const inputs = useModelInputs(url, model);
  const text = buildCurl(protocol, {
    url: `${window.location.origin}${url}`,
    model: model ?? name,
    inputs: inputs.data ?? null,
    token: who?.accounts === 'on',
  });
  return (
    <Card
      title="Call examples"
      note={
        inputs.data == null
          ? 'The inputs of the model are unknown here: use your own values.'
          : 'The values have the shape of the model inputs; use your own.'
      }
      actions={<Choice label="Protocol" value={protocol} options={PROTOCOLS} onChange={setProtocol} />}
    >
      <div className={styles.snippet}>
        <pre className={parts.code} data-testid="curl">
          {text}
        </pre>
        <CopyButton text={text} what="the curl line" />
      </div>
    </Card>
  );
}

/** Inputs of a model from the gateway; null without an answer (model without a signature, missing permission). */
function useModelInputs(url: string, model: string | undefined) {
  return useQuery({
    queryKey: [url, 'inputs', model],
    enabled: model !== undefined,
    retry: false,
    queryFn: async ({ signal }) => {
      const answer = await fetch(`${url}/v2/models/${encodeURIComponent(model ?? '')}`, { signal });
      if (!answer.ok) return null;
      const { data } = ModelInputs.safeParse(await answer.json());
      return data === undefined || data.inputs.length === 0 ? null : data.inputs;
    },
  });
}
