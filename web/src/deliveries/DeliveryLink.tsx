import { Link } from '@tanstack/react-router';
import parts from '../parts/parts.module.css';
import { shortId } from './history.ts';

interface DeliveryLinkProps {
  readonly delivery: string;
  /** Shows the full id. */
  readonly full?: boolean;
}

/** A delivery by its id, leading to its page. */
export function DeliveryLink({ delivery, full = false }: DeliveryLinkProps) {
  return (
    <Link
      to="/deliveries/$delivery"
      params={{ delivery }}
      className={parts.textLink}
      data-tip={full ? undefined : delivery}
      onClick={(event) => event.stopPropagation()}
    >
      <code>{full ? delivery : shortId(delivery)}</code>
    </Link>
  );
}
