import type { Severity } from '../notices/schema.ts';
import type { DeliveryState } from './schema.ts';

/** Times are milliseconds since the Unix epoch. */
export interface NotificationTables {
  notification_route: { name: string; spec: string };
  notification_delivery: {
    /** Grows with every delivery. */
    sequence: number;
    delivery_id: string;
    /** Name of a route, or `<kind>/<name>#<position>` of a recipient that a document names itself. */
    route: string;
    /** Recipient of a document as JSON; null: that of the route at the time of the try. */
    target: string | null;
    notice_id: string;
    topic: string;
    severity: Severity;
    subject: string;
    title: string;
    /** The notice as JSON, the same at every try. */
    notice: string;
    state: DeliveryState;
    /** 1: held for a digest. */
    is_collected: number;
    attempts: number;
    tries_left: number;
    /** Earliest time for a server to claim it: next try, end of a mute window, digest, or lease expiry of the server that sends it now. */
    due_at: number;
    leased_by: string | null;
    created_at: number;
    ended_at: number | null;
    response_status: number | null;
    error: string | null;
    /** Delivery of the digest that includes it. */
    digest_id: string | null;
  };
}

export type DeliveryRow = NotificationTables['notification_delivery'];
