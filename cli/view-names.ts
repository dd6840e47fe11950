import { getViewSchedule, type ViewSchedule } from '../src/tradeoff/view-schedules/schema.ts';
import { listViews, ViewId } from '../src/tradeoff/views/schema.ts';
import type { Client } from './connection/client.ts';
import { CommandError, RemoteFailure } from './frame/failure.ts';

export const viewPositional = { describe: 'Id of the view, or its name' } as const;

/** Id of the view that the command line names. */
export async function resolveView(client: Client, given: string): Promise<string> {
  if (ViewId.safeParse(given).success) return given;
  const { views } = await client.call(listViews, {});
  const found = views.filter(({ name }) => name === given);
  const [one] = found;
  if (one !== undefined && found.length === 1) return one.view;
  if (one === undefined)
    throw new CommandError('view_not_found', `There is no view "${given}". List the views with: steelyard view list`);
  const ids = found.map(({ view }) => view).join(', ');
  throw new CommandError('usage', `Several views have the name "${given}". Give the id of one: ${ids}`);
}

/** Schedule of a view; null: it has none. */
export async function findSchedule(client: Client, view: string): Promise<ViewSchedule | null> {
  try {
    return await client.call(getViewSchedule, { params: { view } });
  } catch (error) {
    if (error instanceof RemoteFailure && error.problem.code === 'view_schedule_not_found') return null;
    throw error;
  }
}
