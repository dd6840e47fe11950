import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { getForecast, type LedgerForecasts, listForecasts } from '../../../src/finops/forecasts/schema.ts';
import { call, endpointQuery } from '../client.ts';

/** Poll interval while forecasts are computed; otherwise a longer one, because a bill may arrive. */
const WORKING_MS = 1000;
const REFRESH_MS = 30_000;

/** All forecasts, and the one that the address names: without any, that of the team in view, or of everything. */
export function useForecasts() {
  const { level, key, currency, team } = useSearch({ from: '/forecasts' });
  const all = useQuery({
    ...endpointQuery(listForecasts, { query: team === undefined ? {} : { team } }),
    refetchInterval: ({ state }) => {
      const { data } = state;
      return data?.working != null || data?.standing?.isCurrent === false ? WORKING_MS : REFRESH_MS;
    },
    placeholderData: keepPreviousData,
  });
  const usual = chooseUsual(all.data, team);
  // The URL may name a forecast that is not in the team in view.
  const isThere = all.data?.forecasts.some((one) => one.level === level && (one.key ?? '') === (key ?? ''));
  const chosen = level !== undefined && isThere !== false ? { level, key } : usual;
  const madeAt = all.data?.standing?.madeAt;
  const query = { ...chosen, currency };
  const detail = useQuery({
    // A new forecast has a new key and is fetched again.
    queryKey: [getForecast.path, query, madeAt],
    queryFn: ({ signal }) => call(getForecast, { query }, signal),
    enabled: madeAt !== undefined && !(all.data?.partial !== undefined && all.data.forecasts.length === 0),
    placeholderData: keepPreviousData,
  });
  return { all, detail, chosen, team };
}
/** The forecast of the team in view, else of everything; for an account that sees some teams only, the first of theirs. */
function chooseUsual(found: LedgerForecasts | undefined, team: string | undefined): Subject {
  if (team !== undefined) return { level: 'team', key: team };
  if (found?.partial === undefined) return { level: 'total' };
  const [first] = [...found.forecasts.filter(({ level }) => level === 'team'), ...found.forecasts];
  return first === undefined ? { level: 'total' } : { level: first.level, key: first.key ?? undefined };
}

interface Subject {
  readonly level: LedgerForecasts['forecasts'][number]['level'];
  readonly key?: string | undefined;
}

export type ForecastsData = ReturnType<typeof useForecasts>;
