import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { retrainingsQuery } from '../retraining/retrainings-query.ts';

/** The watched model, and the retraining that starts when its quality falls. */
export function Watched({ monitor, model }: { readonly monitor: string; readonly model: string }) {
  const { data } = useQuery(retrainingsQuery);
  const own = data?.retrainings.filter((retraining) => retraining.monitor === monitor) ?? [];
  return (
    <p className={layout.quiet}>
      Monitors{' '}
      <Link to="/models/$model" params={{ model }} className={parts.textLink}>
        {model}
      </Link>
      {own.map(({ name }, index) => (
        <span key={name}>
          {index === 0 ? ', retrained by ' : ' and '}
          <Link to="/retraining/$retraining" params={{ retraining: name }} className={parts.textLink}>
            {name}
          </Link>
        </span>
      ))}
      .
    </p>
  );
}
