import { Link } from '@tanstack/react-router';
import type { AllocationRule, RuleHit } from '../../../src/finops/allocation/schema.ts';
import { formatCount, formatPercent } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { ShareBar } from '../parts/ShareBar.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
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
  const findTaken = (rule: AllocationRule) => hits?.filter((hit) => hit.rule === rule.name) ?? [];
  return (
    <SortableTable
      testId="rules"
      className={styles.rules}
      rows={rules}
      columns={[
        { hiddenHead: 'Order' },
        { head: 'Rule', by: (one) => one.name },
        { head: 'Goes to', by: givesText, className: table.wideOnly },
        { head: 'Rows', by: (one) => sumRows(findTaken(one)), numeric: true, className: table.wideOnly },
        { head: 'Amount', by: (one) => findTaken(one)[0]?.amount, numeric: true },
        {
          head: 'Share of the bill',
          by: (one) => findTaken(one)[0]?.share,
          numeric: true,
          className: styles.shareColumn,
        },
      ]}
      row={(rule, index) => (
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
      )}
      foot={
        none.length > 0 && (
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
        )
      }
    />
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
      <td className={`${table.number} ${table.wideOnly}`}>{formatCount(sumRows(hits) ?? 0)}</td>
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

/** Matched rows of a rule in all currencies; null when they are not known. */
function sumRows(hits: readonly RuleHit[]): number | null {
  return hits.length === 0 ? null : hits.reduce((sum, hit) => sum + hit.billRows, 0);
}
