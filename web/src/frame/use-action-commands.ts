import { useNavigate } from '@tanstack/react-router';
import { BUILT_IN_VIEWS } from '../costs/views/built-in-views.ts';
import { setScheme, useScheme } from '../theme/scheme.ts';
import type { Overlay } from './overlay.ts';
import { type Command, createCommand } from './palette-command.ts';

/** Actions of the palette. */
export function useActionCommands(show: (overlay: Overlay) => void): readonly Command[] {
  const navigate = useNavigate();
  const other = useScheme() === 'dark' ? 'light' : 'dark';
  const action = (label: string, run: () => void, keywords?: string) => createCommand('Action', label, run, keywords);
  return [
    action('New budget', () => void navigate({ to: '/budgets', search: { new: 'budget' } }), 'create set limit'),
    action('Upload a bill', () => void navigate({ to: '/deliveries/upload' }), 'import csv file'),
    action('Load demo data', () => void navigate({ to: '/first-use' }), 'sample example'),
    action('New token', () => void navigate({ to: '/account', search: { new: 'token' } }), 'create api key'),
    action('New alert channel', () => void navigate({ to: '/notification-routes' }), 'slack email webhook'),
    action('Costs by team and service', () => {
      void navigate({ to: '/costs', search: { by: ['team', 'serviceName'] } });
    }),
    ...BUILT_IN_VIEWS.map(({ name, search }) =>
      action(`Costs: ${name}`, () => void navigate({ to: '/costs', search: { ...search, name } })),
    ),
    action('Drivers of the cost change', () => {
      void navigate({ to: '/costs', search: { compare: 'sameDays' } });
    }),
    action('Rejected decisions', () => void navigate({ to: '/decisions', search: { verdict: 'reject' } })),
    action('Copy the link to this page', () => void navigator.clipboard.writeText(window.location.href)),
    action(`Switch to ${other} colors`, () => setScheme(other), 'toggle theme scheme dark light'),
    action('Keyboard shortcuts', () => show('shortcuts'), 'keys help'),
    action('HTTP API documentation', () => window.location.assign('/api/docs'), 'help docs'),
  ];
}
