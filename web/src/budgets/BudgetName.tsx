import { Link } from '@tanstack/react-router';
import type { Budget } from '../../../src/finops/budgets/schema.ts';
import table from '../table/table.module.css';
import styles from './budgets.module.css';
import { scopeText } from './words.ts';

const INDENT = 20;

interface BudgetNameProps {
  readonly budget: Pick<Budget, 'name' | 'subject'>;
  readonly depth: number;
}

/** Name of a budget at its place in the tree, and its scope where that says more than the name. */
export function BudgetName({ budget: { name, subject }, depth }: BudgetNameProps) {
  const scope = scopeText(name, subject);
  return (
    <span className={`${styles.name} ${depth > 0 ? styles.part : ''}`} style={{ paddingLeft: depth * INDENT }}>
      <Link to="/budgets/$budget" params={{ budget: name }}>
        {name}
      </Link>
      {scope !== null && <span className={table.subLine}>{scope}</span>}
    </span>
  );
}
