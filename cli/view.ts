import {
  createView,
  deleteView,
  getView,
  listViews,
  type SavedView,
  ViewSharing,
} from '../src/tradeoff/views/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { formatInstant } from './output/amounts.ts';
import { facts, table } from './output/table.ts';
import { findSchedule, resolveView, viewPositional } from './view-names.ts';
import { scheduleCommands, scheduleFacts } from './view-schedule.ts';

const listCommand = command({
  path: ['view', 'list'],
  summary: 'List your saved views and those that are shared with you',
  example: 'steelyard view list\nsteelyard view list --path /costs',
  needs: 'server',
  options: { path: { value: 'PATH', describe: 'Only views of this page, such as /costs' } },
  run: async (context, { path }) => {
    const list = await (await context.client()).call(listViews, { query: path === undefined ? {} : { path } });
    await context.answer(list, () => viewsText(list.views, context));
    if (list.views.length === 0)
      await context.remark('There is no saved view. Save one: steelyard view save NAME --path /costs');
    return 0;
  },
});

function viewsText(views: readonly SavedView[], { paint }: Context): string {
  if (views.length === 0) return '';
  return table(
    views,
    [
      { title: 'VIEW', cell: ({ view }) => view, least: 23 },
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'PAGE', cell: ({ path }) => path },
      { title: 'PARAMETERS', cell: ({ search }) => search, least: 10 },
      { title: 'OWNER', cell: ({ owner }) => owner },
      { title: 'SHARED WITH', cell: describeSharing },
    ],
    paint,
  );
}

function describeSharing({ sharing, team }: SavedView): string {
  return sharing === 'private' ? 'not shared' : sharing === 'all' ? 'all' : `team ${team}`;
}

const showCommand = command({
  path: ['view', 'show'],
  summary: 'Show a saved view with its schedule and last delivery',
  example: 'steelyard view show "Cost by team"',
  needs: 'server',
  positionals: { view: viewPositional },
  run: async (context, { view: given }) => {
    const client = await context.client();
    const view = await client.call(getView, { params: { view: await resolveView(client, given) } });
    const schedule = await findSchedule(client, view.view);
    await context.answer({ ...view, schedule }, () =>
      facts(
        [
          ...([
            ['view', view.view],
            ['name', view.name],
            ['page', `${view.path}${view.search}`],
            ['owner', view.owner],
          ] as const),
          ...([
            ['shared with', describeSharing(view)],
            ['changed', formatInstant(view.updatedAt)],
          ] as const),
          ...(schedule === null ? ([['schedule', 'none']] as const) : scheduleFacts(schedule)),
        ],
        context.paint,
      ),
    );
    return 0;
  },
});

const saveCommand = command({
  path: ['view', 'save'],
  summary: 'Save a page with its parameters as a view',
  example: 'steelyard view save "Cost by team" --path /costs --search "?by=team" --sharing all',
  needs: 'server',
  positionals: { name: { describe: 'Name of the view' } },
  options: {
    path: { value: 'PATH', required: true, describe: 'Path of the page, such as /costs' },
    search: { value: 'PARAMETERS', fallback: '', describe: 'Parameters of the address, from "?" on' },
    sharing: {
      value: ViewSharing.options.join('|'),
      fallback: 'private',
      schema: ViewSharing,
      describe: 'Accounts that see the view',
    },
    team: { value: 'TEAM', describe: 'Team, with --sharing team' },
  },
  run: async (context, { name, path, search, sharing, team = null }) => {
    const body = { name, path, search, sharing, team };
    const saved = await (await context.client()).call(createView, { body });
    await context.answer(saved, () => `Saved the view ${saved.view}: ${saved.name}.`);
    return 0;
  },
});

const deleteCommand = command({
  path: ['view', 'delete'],
  summary: 'Delete a saved view and its schedule',
  example: 'steelyard view delete "Cost by team"',
  needs: 'server',
  positionals: { view: viewPositional },
  run: async (context, { view: given }) => {
    const client: Client = await context.client();
    const deleted = await client.call(deleteView, { params: { view: await resolveView(client, given) } });
    await context.answer(deleted, () => `Deleted the view ${deleted.view}: ${deleted.name}.`);
    return 0;
  },
});

export const viewCommands = [listCommand, showCommand, saveCommand, deleteCommand, ...scheduleCommands];
