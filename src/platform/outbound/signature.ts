import { createHmac } from 'node:crypto';

/**
 * MLflow's signature header: `v1,` and base64 of HMAC-SHA256 over `<delivery id>.<timestamp>.<body>`. `timestamp` is in
 * whole seconds since the Unix epoch.
 * Example: signatureOf('s', 'id', '1', '{}') -> 'v1,' + base64(hmac('s', 'id.1.{}')).
 */
export function signDelivery(secret: string, deliveryId: string, timestamp: string, body: string): string {
  const digest = createHmac('sha256', secret).update(`${deliveryId}.${timestamp}.${body}`).digest('base64');
  return `v1,${digest}`;
}
