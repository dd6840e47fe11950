import { type DestinationRules, readAllowedHosts, resolveBySystem } from './destination.ts';
import { createSend, type Send } from './send.ts';

export {
  checkUrl,
  DestinationError,
  type DestinationRules,
  type Resolve,
  readAllowedHosts,
  resolveAddresses,
  resolveBySystem,
} from './destination.ts';
export { createSend, type Message, type Send, type SendResult, waitWithin } from './send.ts';
export { signDelivery } from './signature.ts';

/** Posts to an address that the operator configured: its host may be internal and without TLS, and no other host is. */
export function createOperatorSend(url: string): Send {
  return createSend({ allowedHosts: new Set([new URL(url).host]), resolve: resolveBySystem });
}

/** Rules for addresses of others: public ones by https, and these hosts (comma-separated), wherever they are. */
export function createDestinationRules(allowedHosts: string): DestinationRules {
  return { allowedHosts: readAllowedHosts(allowedHosts), resolve: resolveBySystem };
}
