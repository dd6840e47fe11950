import { useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { listModelVersions } from '../../../src/mlops/registry/schema.ts';
import { endpointQuery } from '../client.ts';
import { type Command, createCommand, parseVersionText } from './palette-command.ts';

const MOST_MODELS = 5;

/** Versions that the text names, such as `v6` or `ranker v6`, of the first models whose name has its other words. */
export function useVersionCommands(text: string, models: readonly string[]): readonly Command[] {
  const navigate = useNavigate();
  const named = parseVersionText(text);
  const wanted = named === null ? [] : models.filter((name) => name.toLowerCase().includes(named.model));
  const lists = useQueries({
    queries: wanted.slice(0, MOST_MODELS).map((model) => endpointQuery(listModelVersions, { params: { model } })),
  });
  return lists
    .flatMap(({ data }) => data?.versions ?? [])
    .filter(({ version }) => version === named?.version)
    .map(({ model, version }) => {
      const params = { model, version };
      const go = () => void navigate({ to: '/models/$model/versions/$version', params });
      return createCommand('Version', `${model} v${version}`, go, `version ${version}`);
    });
}
