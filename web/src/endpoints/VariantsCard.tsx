import { Link } from '@tanstack/react-router';
import type { EndpointDetail, EndpointVariant } from '../../../src/mlops/serving/schema.ts';
import { formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { Swatch } from '../parts/Swatch.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { categoryColour } from '../theme/category-colours.ts';
import styles from './endpoints.module.css';
import { failedText, nowText, shareText } from './words.ts';

interface VariantsCardProps {
  readonly endpoint: EndpointDetail;
  readonly onTraffic: () => void;
}

/** Variants of the live revision with their shares and replicas. */
export function VariantsCard({ endpoint: { name, variants, canary, routes }, onTraffic }: VariantsCardProps) {
  const change = variants.length + routes.length > 1 && (
    <button type="button" className={parts.button} onClick={onTraffic}>
      Change shares…
    </button>
  );
  return (
    <Card title="Versions serving traffic" note="Requests since the replicas of each started." actions={change} flush>
      {variants.length === 0 ? (
        <EmptyState
          shows="The variants with their traffic shares and replicas."
          why="No revision has received traffic yet; the reason is below."
        />
      ) : (
        <SortableTable
          label={`Variants of ${name}`}
          rows={[...variants, ...canary]}
          columns={[
            { head: 'Variant', by: (one) => one.variant },
            { head: 'Serves', by: (one) => `${one.model} ${one.version}` },
            { head: 'Share', by: (one) => one.weight },
            { head: 'Replicas', by: (one) => one.replicasReady },
            { head: 'Requests now', by: (one) => one.inFlight + one.waiting, className: table.wideOnly },
            { head: 'Answered', by: (one) => one.answered, numeric: true, className: table.wideOnly },
            { head: 'Not answered', by: (one) => one.refused + one.lost, className: table.wideOnly },
          ]}
          row={(variant, place) => (
            <Row
              key={`${variant.variant} ${place < variants.length ? 'variant' : 'canary'}`}
              variant={variant}
              colour={categoryColour(place)}
              isCanary={place >= variants.length}
            />
          )}
        />
      )}
    </Card>
  );
}

interface RowProps {
  readonly variant: EndpointVariant;
  readonly colour: string;
  readonly isCanary?: boolean;
}

function Row({ variant: one, colour, isCanary = false }: RowProps) {
  const { variant, model, version, alias, weight, shadow, replicasReady, replicasWanted, lastEnd } = one;
  const failed = failedText(one);
  return (
    <tr>
      <th scope="row">
        <span className={styles.variantName}>
          <Swatch variable={colour} />
          {variant}
        </span>
        {isCanary && <span className={styles.sub}>canary</span>}
      </th>
      <td>
        <Link to="/models/$model/versions/$version" params={{ model, version }} className={parts.textLink}>
          {model} version {version}
        </Link>
        <span className={`${styles.sub} ${table.wideOnly}`}>
          {alias !== null && `@${alias}, `}
          {one.backend}
        </span>
      </td>
      <td>
        {shareText(weight)}
        {shadow > 0 && (
          <span className={styles.sub} data-tip="It gets copies of requests; its answers are discarded.">
            shadow of {shareText(shadow)}
          </span>
        )}
      </td>
      <td>
        <span data-tip={lastEnd === null ? undefined : `Last ended: ${lastEnd}`}>
          Ready {replicasReady} of {replicasWanted}
        </span>
      </td>
      <td className={table.wideOnly}>{nowText(one)}</td>
      <td className={`${table.number} ${table.wideOnly}`}>{formatCount(one.answered)}</td>
      <td className={`${table.wideOnly} ${failed === null ? layout.quiet : styles.failed}`}>{failed ?? 'none'}</td>
    </tr>
  );
}
