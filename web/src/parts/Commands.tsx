import { Card } from './Card.tsx';
import { CopyButton } from './CopyButton.tsx';
import styles from './parts.module.css';

interface CommandsProps {
  /** Purpose and command line. */
  readonly commands: readonly (readonly [what: string, command: string])[];
}

/** Commands of the command line for the thing of a page, to copy. */
export function Commands({ commands }: CommandsProps) {
  return (
    <Card title="Commands">
      <ul className={styles.commands}>
        {commands.map(([what, command]) => (
          <li key={what}>
            <span>{what}</span>
            <code>{command}</code>
            <CopyButton text={command} what={`the command: ${what}`} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
