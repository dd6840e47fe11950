import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { BodyOf } from '../../../src/platform/contract/schema.ts';
import { listNotificationRoutes } from '../../../src/platform/notification-routes/schema.ts';
import {
  deleteViewSchedule,
  listViewSchedules,
  previewView,
  putViewSchedule,
  type SendInterval,
  sendView,
  type ViewSchedule,
} from '../../../src/tradeoff/view-schedules/schema.ts';
import { call, endpointQuery } from '../client.ts';

export type ScheduleSpec = Required<BodyOf<typeof putViewSchedule>>;

const schedulesQuery = endpointQuery(listViewSchedules);
/** While a message is on its way, its result is asked for. */
const DELIVERY_MS = 1500;

const isUnderWay = ({ last }: ViewSchedule) => last?.state === 'waiting';

/** Schedules by the id of their view; undefined until they are loaded. */
export function useSchedules(): ReadonlyMap<string, ViewSchedule> | undefined {
  const { data } = useQuery({
    ...schedulesQuery,
    refetchInterval: ({ state }) => (state.data?.schedules.some(isUnderWay) === true ? DELIVERY_MS : false),
  });
  return data === undefined ? undefined : new Map(data.schedules.map((one) => [one.view, one]));
}

/** Names of the alert channels; undefined until they are loaded. */
export function useChannels(): readonly string[] | undefined {
  return useQuery(endpointQuery(listNotificationRoutes)).data?.routes.map(({ name }) => name);
}

/** The message that a view would send now. */
export function useMessage(view: string, every: SendInterval, timeZone: string) {
  return useQuery(endpointQuery(previewView, { params: { view }, query: { every, timeZone } }));
}

/** Sets and removes the schedule of a view, and sends its message now. */
export function useScheduleChanges(view: string) {
  const queries = useQueryClient();
  const params = { view };
  const done = { onSettled: () => void queries.invalidateQueries({ queryKey: schedulesQuery.queryKey }) };
  return {
    save: useMutation({
      mutationFn: (body: BodyOf<typeof putViewSchedule>) => call(putViewSchedule, { params, body }),
      ...done,
    }),
    remove: useMutation({ mutationFn: () => call(deleteViewSchedule, { params }), ...done }),
    send: useMutation({ mutationFn: () => call(sendView, { params }), ...done }),
  };
}
