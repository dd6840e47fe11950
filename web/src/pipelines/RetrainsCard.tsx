import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import parts from '../parts/parts.module.css';
import { retrainingsQuery } from '../retraining/retrainings-query.ts';

/** Retrainings that run a pipeline; renders nothing when there are none. */
export function RetrainsCard({ pipeline }: { readonly pipeline: string }) {
  const { data } = useQuery(retrainingsQuery);
  const own = data?.retrainings.filter((retraining) => retraining.pipeline === pipeline) ?? [];
  if (own.length === 0) return null;
  return (
    <Card title="Retrained models">
      <Facts
        facts={own.map(({ name, model }) => [
          `Retraining of ${model}`,
          <Link key={name} to="/retraining/$retraining" params={{ retraining: name }} className={parts.textLink}>
            {name}
          </Link>,
        ])}
      />
    </Card>
  );
}
