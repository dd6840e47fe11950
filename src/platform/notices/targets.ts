import { AppError } from '../errors/index.ts';
import type { Mail } from '../mail/index.ts';
import { checkUrl, type DestinationRules } from '../outbound/index.ts';
import { NO_MAIL } from './deliver.ts';
import type { NotifyTarget } from './schema.ts';

export interface TargetRules {
  /** Null where no SMTP server is configured. */
  readonly mail: Mail | null;
  readonly rules: Pick<DestinationRules, 'allowedHosts'>;
}

/** Refuses targets that can never receive a notification. Error: `manifest_invalid`. */
export function refuseUntold(
  { mail, rules }: TargetRules,
  targets: readonly NotifyTarget[],
  field = 'spec.notify',
): void {
  const refuse = (detail: string) => {
    throw new AppError('manifest_invalid', `${field}: ${detail}`);
  };
  for (const { webhook, email } of targets) {
    if (email !== undefined && mail === null) refuse(NO_MAIL);
    if (webhook === undefined) continue;
    try {
      checkUrl(webhook.url, rules);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refuse(error.message);
    }
  }
}
