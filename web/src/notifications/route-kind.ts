import { Name } from '../../../src/org/schema.ts';
import { NotificationRouteSpec } from '../../../src/platform/notification-routes/schema.ts';
import { type DocumentKind, formatDocument } from '../document-form/document.ts';

/** Alert channels (notification routes) as documents with a form. */
export const routeKind: DocumentKind<NotificationRouteSpec> = {
  kind: 'NotificationRoute',
  name: Name,
  spec: NotificationRouteSpec,
  formPaths: [
    ...['match.topics', 'match.teams', 'match.models', 'match.minSeverity', 'owner'],
    ...['to.webhook.url', 'to.slack.url', 'to.microsoftTeams.url', 'to.email.to'],
    ...['digest.every', 'digest.at', 'digest.on', 'mute.from', 'mute.to'],
  ],
};

export const NEW_ROUTE = formatDocument('NotificationRoute', '', {
  match: { topics: ['budget', 'anomaly', 'alert'] },
  to: { email: { to: '' } },
});

/** Kinds of recipients with the field of each. */
export const TARGETS = {
  email: { label: 'E-mail', field: 'to', hint: 'Address of the recipient.' },
  slack: {
    label: 'Slack or Mattermost',
    field: 'url',
    hint: 'Reference to the secret address, such as env:SLACK_URL.',
  },
  microsoftTeams: {
    label: 'Microsoft Teams',
    field: 'url',
    hint: 'Reference to the secret address, such as env:TEAMS_URL.',
  },
  webhook: { label: 'Webhook', field: 'url', hint: 'https:// address that receives CloudEvents.' },
} as const;
export type TargetKind = keyof typeof TARGETS;

/** The kind of recipient that a document states; e-mail where it states none. */
export function findTargetKind(to: unknown): TargetKind {
  const keys = typeof to === 'object' && to !== null ? Object.keys(to) : [];
  return (Object.keys(TARGETS) as TargetKind[]).find((kind) => keys.includes(kind)) ?? 'email';
}
