import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  getNotificationRoute,
  listNotificationDeliveries,
  listNotificationRoutes,
  testNotificationRoute,
} from '../../../src/platform/notification-routes/schema.ts';
import { call, endpointQuery } from '../client.ts';

const REFRESH_MS = 10_000;
const MOST_DELIVERIES = '100';

export function useNotificationRoutes() {
  return useQuery({ ...endpointQuery(listNotificationRoutes), refetchInterval: REFRESH_MS });
}

export function useNotificationRoute(route: string) {
  return useQuery(endpointQuery(getNotificationRoute, { params: { route } }));
}

/** The newest deliveries, of one route or of all. */
export function useDeliveries(route: string | undefined) {
  const query = { pageSize: MOST_DELIVERIES, ...(route === undefined ? {} : { route }) };
  return useQuery({ ...endpointQuery(listNotificationDeliveries, { query }), refetchInterval: REFRESH_MS });
}

/** Sends a test message. */
export function useTest() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (route: string) => call(testNotificationRoute, { params: { route } }),
    onSettled: () => void queries.invalidateQueries(),
  });
}
