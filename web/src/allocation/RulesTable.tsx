import { Link } from '@tanstack/react-router';
import type { AllocationRule, RuleHit } from '../../../src/finops/allocation/schema.ts';
import { formatCount, formatPercent } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { ShareBar } from '../parts/ShareBar.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './allocation.module.css';
import { givesText, matchText, timesText } from './rule-text.ts';

const NOT_IN_FORCE = 'This version is not active, so its rules take nothing.';

interface RulesTableProps {
  readonly rules: readonly AllocationRule[];
  /** Matched rows and cost of each rule; undefined for a version that is not in force. */
  readonly hits: readonly RuleHit[] | undefined;
}

/** Rules in order with conditions, receivers and matched cost; last the rows that no rule matched. */
export function RulesTable({ rules, hits }: RulesTableProps) {
  const none = hits?.filter((hit) => hit.rule === null) ?? [];
  return (
    <table className={`${table.table} ${styles.rules}`} data-testid="rules">
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">Order</span>
          </th>
          <th scope="col">Rule</th>
          <th scope="col" className={table.wideOnly}>
            Goes to
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Rows
          </th>
          <th scope="col" className={table.number}>
            Amount
          </th>
          <th scope="col" className={`${styles.shareColumn} ${table.number}`}>
            Share of the bill
          </th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule, index) => (
          <tr key={rule.name}>
            <td className={styles.order}>{index + 1}</td>
            <th scope="row">
              {hits === undefined ? rule.name : <RowsLink rule={rule.name} label={rule.name} />}
              <small className={styles.small}>{matchText(rule)}</small>
              <small className={`${styles.small} ${styles.phoneOnly}`}>→ {givesText(rule)}</small>
              {timesText(rule) !== null && <small className={styles.small}>{timesText(rule)}</small>}
            </th>
            <td className={`${styles.gives} ${table.wideOnly}`}>{givesText(rule)}</td>
            <Taken hits={hits?.filter((hit) => hit.rule === rule.name)} />
          </tr>
        ))}
      </tbody>
      {none.length > 0 && (
        <tfoot>
          <tr>
            <td />
            <th scope="row">
              <RowsLink rule="" label="matched by no rule" />
            </th>
            <td className={`${styles.gives} ${table.wideOnly}`}>unallocated</td>
            <Taken hits={none} />
          </tr>
        </tfoot>
      )}
    </table>
  );
}

/** Name of a rule as a link to its matched bill rows. */
function RowsLink({ rule, label }: { readonly rule: string; readonly label: string }) {
  return (
    <Link
      to="/costs"
      search={() => ({ by: ['team'], view: 'rows' as const, filter: [`rule=${rule}`] })}
      className={parts.textLink}
    >
      {label}
    </Link>
  );
}

function Taken({ hits }: { readonly hits: readonly RuleHit[] | undefined }) {
  const [first] = hits ?? [];
  if (hits === undefined || first === undefined) {
    const unknown = (
      <Unknown reason={hits === undefined ? NOT_IN_FORCE : 'The amount that this rule takes is unknown.'} />
    );
    return (
      <>
        <td className={`${table.number} ${table.wideOnly}`}>{unknown}</td>
        <td className={table.number}>{unknown}</td>
        <td className={`${styles.shareColumn} ${table.number}`}>{unknown}</td>
      </>
    );
  }
  return (
    <>
      <td className={`${table.number} ${table.wideOnly}`}>
        {formatCount(hits.reduce((sum, hit) => sum + hit.billRows, 0))}
      </td>
      <td className={table.number}>
        {hits.map((hit) => (
          <div key={hit.currency}>
            <MoneyFigure money={hit} />
          </div>
        ))}
      </td>
      <td className={`${styles.shareColumn} ${table.number}`}>
        {first.share === null ? (
          <Unknown reason="The bill is not above zero, so there is no share." />
        ) : (
          <span className={styles.share}>
            <ShareBar ratio={first.share} />
            <span>{formatPercent(first.share * 100)}</span>
          </span>
        )}
      </td>
    </>
  );
}
