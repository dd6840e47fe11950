import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { downloadRaw, getRawRow } from '../../../../src/finops/billing/raw/schema.ts';
import { buildUrl } from '../../../../src/platform/contract/schema.ts';
import { endpointQuery } from '../../client.ts';
import { formatCount } from '../../format/number.ts';
import { Loaded } from '../../parts/Loaded.tsx';
import parts from '../../parts/parts.module.css';
import type { RowOrigin } from '../row-columns.ts';
import styles from './rows.module.css';

const HEIGHT = 480;

/** The unchanged record of the delivered file, in the order of the file. */
export function RawLine({ origin }: { readonly origin: RowOrigin }) {
  const { delivery, file, row } = origin;
  const [withEmpty, setWithEmpty] = useState(false);
  const found = useQuery(endpointQuery(getRawRow, { query: { delivery, file, row } }));
  return (
    <section data-testid="raw-line">
      <h3 className={styles.group}>Source record</h3>
      <Loaded query={found} what="The delivered line" height={HEIGHT}>
        {(raw) => {
          const empty = raw.fields.filter(({ value }) => value === null || value === '').length;
          const fields = withEmpty ? raw.fields : raw.fields.filter(({ value }) => value !== null && value !== '');
          return (
            <>
              <p className={styles.empty}>
                {raw.line === null ? `Record ${formatCount(raw.row)}` : `Line ${formatCount(raw.line)}`} of{' '}
                <a className={parts.textLink} href={buildUrl(downloadRaw, { query: { delivery, file } })} download>
                  {file}
                </a>
                , {formatCount(raw.fields.length)} columns.
              </p>
              <dl className={styles.list}>
                {fields.map(({ column, value }) => (
                  <div key={column} className={styles.row}>
                    <dt>
                      <code>{column}</code>
                    </dt>
                    <dd>
                      {value === null || value === '' ? (
                        <span className={styles.empty}>empty</span>
                      ) : (
                        <code>{value}</code>
                      )}
                    </dd>
                  </div>
                ))}
              </dl>
              {empty > 0 && (
                <button type="button" className={styles.more} onClick={() => setWithEmpty(!withEmpty)}>
                  {withEmpty ? 'Hide' : 'Show'} {formatCount(empty)} empty columns
                </button>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
