import { handle, type Route } from '../../platform/http/index.ts';
import {
  deleteViewSchedule,
  getViewSchedule,
  listViewSchedules,
  previewView,
  putViewSchedule,
  sendView,
} from './schema.ts';
import { registerSending, type SendingDeps } from './sending.ts';
import { deleteSchedule, listSchedules, previewMessage, readSchedule, saveSchedule, sendNow } from './service.ts';

export { viewScheduleMigrations } from './migrations.ts';
export { deleteSchedulesOfAccount, removeSchedule } from './store.ts';

/** Saved views that are sent to alert channels at set times. */
export interface ViewSchedules {
  readonly routes: readonly Route[];
}

export function createViewSchedules(deps: SendingDeps): ViewSchedules {
  registerSending(deps);
  return {
    routes: [
      handle(listViewSchedules, async ({ identity }) => ({ schedules: await listSchedules(deps, identity) })),
      handle(getViewSchedule, ({ params: { view }, identity }) => readSchedule(deps, identity, view)),
      handle(putViewSchedule, ({ params: { view }, body, identity }) => saveSchedule(deps, identity, view, body)),
      handle(deleteViewSchedule, ({ params: { view }, identity }) => deleteSchedule(deps, identity, view)),
      handle(sendView, ({ params: { view }, identity }) => sendNow(deps, identity, view)),
      handle(previewView, ({ params: { view }, query, identity }) => previewMessage(deps, identity, view, query)),
    ],
  };
}
