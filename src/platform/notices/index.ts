import type { Config } from '../config/index.ts';
import { createMail } from '../mail/index.ts';
import { createDestinationRules, createSend } from '../outbound/index.ts';

export { type DeliverDeps, deliver } from './deliver.ts';
export { Notice } from './notice.ts';
export { refuseUntold, type TargetRules } from './targets.ts';

/** Dependencies of notifications, from the configuration of the server. */
export function createTelling(config: Pick<Config, 'webhookAllowedHosts' | 'smtpUrl' | 'smtpFrom' | 'publicUrl'>) {
  const rules = createDestinationRules(config.webhookAllowedHosts);
  return { rules, send: createSend(rules), mail: createMail(config), publicUrl: config.publicUrl ?? null };
}
