import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { BodyOf, ResponseOf } from '../../../src/platform/contract/schema.ts';
import { listViewSchedules, putViewSchedule, type ViewSchedule } from '../../../src/tradeoff/view-schedules/schema.ts';
import { changeView, createView, deleteView, listViews, type SavedView } from '../../../src/tradeoff/views/schema.ts';
import { call, endpointQuery } from '../client.ts';

const viewsQuery = endpointQuery(listViews);

/** Saved views that this account sees, by name; undefined until they are loaded. */
export function useViews(): readonly SavedView[] | undefined {
  return useQuery(viewsQuery).data?.views;
}

export type NewView = BodyOf<typeof createView>;
type ChangedView = BodyOf<typeof changeView> & Pick<SavedView, 'view'>;

/** Saves, changes and deletes views. The list is updated with the answer, so that no view disappears for a moment. */
export function useViewChanges() {
  const queries = useQueryClient();
  const put = (view: string, saved: SavedView | null) =>
    queries.setQueryData(viewsQuery.queryKey, (before: ResponseOf<typeof listViews> | undefined) => {
      const others = (before?.views ?? []).filter((one) => one.view !== view);
      const views = saved === null ? others : [...others, saved];
      return { views: views.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
    });
  return {
    save: useMutation({
      mutationFn: (body: NewView) => call(createView, { body }),
      onSuccess: (saved) => put(saved.view, saved),
    }),
    change: useMutation({
      mutationFn: ({ view, ...body }: ChangedView) => call(changeView, { params: { view }, body }),
      onSuccess: (saved) => put(saved.view, saved),
    }),
    /** Saves a deleted view again, with its schedule. */
    restore: useMutation({
      mutationFn: async ({ view, schedule }: DeletedView) => {
        const saved = await call(createView, { body: toNewView(view) });
        put(saved.view, saved);
        if (schedule !== null) {
          await call(putViewSchedule, { params: { view: saved.view }, body: toScheduleSpec(schedule) });
        }
      },
      onSettled: () => void queries.invalidateQueries({ queryKey: endpointQuery(listViewSchedules).queryKey }),
    }),
    remove: useMutation({
      mutationFn: async (id: string): Promise<DeletedView> => {
        const { schedules } = await call(listViewSchedules, {});
        const schedule = schedules.find((one) => one.view === id) ?? null;
        return { view: await call(deleteView, { params: { view: id } }), schedule };
      },
      onSuccess: ({ view: { view } }) => put(view, null),
    }),
  };
}

export interface DeletedView {
  readonly view: SavedView;
  /** Null: it had none. */
  readonly schedule: ViewSchedule | null;
}

/** The fields with which a deleted view is saved again. */
function toNewView({ name, path, search, sharing, team }: SavedView): NewView {
  return { name, path, search, sharing, team };
}

/** The fields with which a schedule is set again. */
function toScheduleSpec({ view: _view, owner: _owner, nextAt: _nextAt, last: _last, ...spec }: ViewSchedule) {
  return spec;
}
