import { Card } from '../parts/Card.tsx';
import { CopyButton } from '../parts/CopyButton.tsx';
import styles from './settings.module.css';

interface CommandCardProps {
  readonly title: string;
  readonly commands: readonly { readonly command: string; readonly effect: string }[];
}

/** Commands for changes without a form, each with its effect and a copy button. */
export function CommandCard({ title, commands }: CommandCardProps) {
  return (
    <Card title={title}>
      <dl className={styles.commands}>
        {commands.map(({ command, effect }) => (
          <div key={command} className={styles.command}>
            <dt>{effect}</dt>
            <dd>
              <code>{command}</code> <CopyButton text={command} what={`the command: ${command}`} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
