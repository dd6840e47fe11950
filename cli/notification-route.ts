import {
  DeliveryState,
  deleteNotificationRoute,
  getNotificationRoute,
  listNotificationDeliveries,
  listNotificationRoutes,
  type NotificationDelivery,
  type NotificationRoute,
  testNotificationRoute,
} from '../src/platform/notification-routes/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { counted, formatInstant } from './output/amounts.ts';
import { table } from './output/table.ts';

const route = { describe: 'Name of the notification route' } as const;
const NOT_DELIVERED = 1;

const listCommand = command({
  path: ['notification-route', 'list'],
  summary: 'List notification routes with their last delivery',
  example: 'steelyard notification-route list',
  needs: 'server',
  run: async (context) => {
    const list = await (await context.client()).call(listNotificationRoutes, {});
    await context.answer(list, () => routesText(list.routes, context));
    if (list.routes.length === 0) {
      await context.remark('There is no notification route. Apply a document: kind: NotificationRoute.');
    }
    return 0;
  },
});

function routesText(routes: readonly NotificationRoute[], { paint }: Context): string {
  if (routes.length === 0) return '';
  return table(
    routes,
    [
      { title: 'ROUTE', cell: ({ name }) => name },
      { title: 'OWNER', cell: ({ owner }) => owner },
      { title: 'TARGET', cell: ({ target }) => target },
      { title: 'TOPICS', cell: ({ match }) => match.topics?.join(', ') ?? 'all' },
      { title: 'DIGEST', cell: ({ digest }) => digest?.every ?? 'immediate' },
      { title: 'WAITING', align: 'right', cell: ({ active }) => String(active) },
      { title: 'LAST DELIVERY', cell: ({ lastDelivery }) => lastDelivery?.state ?? null },
      { title: 'AT', cell: ({ lastDelivery }) => (lastDelivery === null ? null : formatInstant(lastDelivery.at)) },
    ],
    paint,
  );
}

const showCommand = command({
  path: ['notification-route', 'show'],
  summary: 'Show a notification route as YAML',
  example: 'steelyard notification-route show recs-slack',
  needs: 'server',
  positionals: { route },
  run: async (context, params) => {
    const found = await (await context.client()).call(getNotificationRoute, { params });
    await context.answer(found, () => found.manifest.trimEnd());
    return 0;
  },
});

const testCommand = command({
  path: ['notification-route', 'test'],
  summary: 'Send a test message by a notification route now',
  example: 'steelyard notification-route test recs-slack',
  needs: 'server',
  exits: { [NOT_DELIVERED]: 'the message was not delivered' },
  positionals: { route },
  run: async (context, params) => {
    const result = await (await context.client()).call(testNotificationRoute, { params });
    const { paint } = context;
    const isDelivered = result.state === 'delivered';
    const status = result.responseStatus === null ? '' : ` (HTTP ${result.responseStatus})`;
    await context.answer(result, () =>
      isDelivered
        ? `${paint.good('Delivered')} to ${result.target}${status}.`
        : `${paint.bad('Not delivered')} to ${result.target}: ${result.error ?? 'unknown reason'}`,
    );
    return isDelivered ? 0 : NOT_DELIVERED;
  },
});

const deliveriesCommand = command({
  path: ['notification-route', 'deliveries'],
  summary: 'List deliveries of notices with their state, newest first',
  example: `steelyard notification-route deliveries --route recs-slack
steelyard notification-route deliveries --state failed`,
  needs: 'server',
  options: {
    route: { value: 'NAME', describe: 'Only of this route' },
    state: { value: DeliveryState.options.join('|'), schema: DeliveryState, describe: 'Only in this state' },
    topic: { value: 'TOPIC', describe: 'Only of this topic' },
    ...limitOption,
  },
  run: async (context, { limit, ...given }) => {
    const query = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const page = await readPages(await context.client(), listNotificationDeliveries, query, 'deliveries', limit);
    await context.answer(page, () => deliveriesText(page.deliveries, context));
    if (page.deliveries.length === 0) await context.remark('There is no delivery.');
    await context.remark(moreText(page) ?? '');
    return 0;
  },
});

function deliveriesText(deliveries: readonly NotificationDelivery[], { paint }: Context): string {
  if (deliveries.length === 0) return '';
  return table(
    deliveries,
    [
      { title: 'AT', cell: ({ at }) => formatInstant(at), least: 20 },
      { title: 'ROUTE', cell: (one) => one.route },
      { title: 'TOPIC', cell: ({ topic }) => topic },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'TRIES', align: 'right', cell: ({ tries }) => String(tries) },
      { title: 'STATUS', align: 'right', cell: ({ responseStatus }) => responseStatus?.toString() ?? null },
      { title: 'NEXT TRY', cell: ({ nextTryAt }) => (nextTryAt === null ? null : formatInstant(nextTryAt)) },
      { title: 'TITLE', cell: ({ title }) => title, least: 16 },
      { title: 'REASON', cell: ({ error }) => error, least: 16 },
    ],
    paint,
  );
}

const deleteCommand = command({
  path: ['notification-route', 'delete'],
  summary: 'Delete a notification route; its waiting deliveries fail and stay in the log',
  example: 'steelyard notification-route delete recs-slack',
  needs: 'server',
  positionals: { route },
  run: async (context, params) => {
    const result = await (await context.client()).call(deleteNotificationRoute, { params });
    await context.answer(
      result,
      () => `Deleted the route ${params.route}; ${counted(result.cancelled, 'delivery', 'deliveries')} cancelled.`,
    );
    return 0;
  },
});

export const notificationRouteCommands = [listCommand, showCommand, testCommand, deliveriesCommand, deleteCommand];
