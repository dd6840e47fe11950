import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { AccountSearch } from '../account/account-search.ts';
import { NotificationsSearch } from '../notifications/notifications-search.ts';
import { root } from '../root-route.ts';
import { PricesSearch } from './settings-search.ts';

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  validateSearch: AccountSearch,
  component: lazyRouteComponent(() => import('../account/AccountPage.tsx'), 'AccountPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/account', replace: true });
  },
});

const teamsSettings = createRoute({
  getParentRoute: () => root,
  path: '/settings/teams',
  component: lazyRouteComponent(() => import('./TeamsPage.tsx'), 'TeamsPage'),
});

const pricesSettings = createRoute({
  getParentRoute: () => root,
  path: '/settings/prices',
  validateSearch: PricesSearch,
  component: lazyRouteComponent(() => import('./PricesPage.tsx'), 'PricesPage'),
});

const policiesSettings = createRoute({
  getParentRoute: () => root,
  path: '/settings/policies',
  component: lazyRouteComponent(() => import('./PoliciesPage.tsx'), 'PoliciesPage'),
});

const sourcesSettings = createRoute({
  getParentRoute: () => root,
  path: '/settings/sources',
  component: lazyRouteComponent(() => import('./SourcesPage.tsx'), 'SourcesPage'),
});

const retentionSettings = createRoute({
  getParentRoute: () => root,
  path: '/settings/retention',
  component: lazyRouteComponent(() => import('./RetentionPage.tsx'), 'RetentionPage'),
});

const backupsSettings = createRoute({
  getParentRoute: () => root,
  path: '/settings/backups',
  component: lazyRouteComponent(() => import('./BackupsPage.tsx'), 'BackupsPage'),
});

const aboutSettings = createRoute({
  getParentRoute: () => root,
  path: '/settings/about',
  component: lazyRouteComponent(() => import('./AboutPage.tsx'), 'AboutPage'),
});

const notificationRoutes = createRoute({
  getParentRoute: () => root,
  path: '/notification-routes',
  validateSearch: NotificationsSearch,
  component: lazyRouteComponent(() => import('../notifications/NotificationRoutesPage.tsx'), 'NotificationRoutesPage'),
});

/** Routes of the settings. */
export const settingsRoutes = [
  account,
  settings,
  teamsSettings,
  pricesSettings,
  policiesSettings,
  sourcesSettings,
  retentionSettings,
  backupsSettings,
  aboutSettings,
  notificationRoutes,
] as const;
