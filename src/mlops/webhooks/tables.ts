export const webhookStatuses = ['ACTIVE', 'DISABLED'] as const;
export type WebhookStatus = (typeof webhookStatuses)[number];

export const deliveryStates = ['waiting', 'delivered', 'failed', 'skipped'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** Times are milliseconds since the Unix epoch. */
export interface WebhookTables {
  webhook: {
    webhook_id: string;
    name: string;
    url: string;
    description: string | null;
    /** Secret encrypted by sealing.ts; null: deliveries are not signed. */
    sealed_secret: string | null;
    status: WebhookStatus;
    creation_timestamp: number;
    last_updated_timestamp: number;
  };
  webhook_event: { webhook_id: string; entity: string; action: string; position: number };
  webhook_delivery: {
    delivery_id: string;
    webhook_id: string;
    /** Sequence number of the event in the outbox. */
    sequence: number;
    entity: string;
    action: string;
    /** The body in bytes, the same at every attempt. */
    body: string;
    state: DeliveryState;
    attempts: number;
    tries_left: number;
    /** Earliest time for a server to claim it: the time of the next attempt, or the lease expiry of the server that sends it now. */
    due_at: number;
    leased_by: string | null;
    created_at: number;
    ended_at: number | null;
    /** HTTP status of the last attempt; null: the receiver did not respond. */
    response_status: number | null;
    error: string | null;
  };
}
