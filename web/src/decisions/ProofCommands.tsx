import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { CopyButton } from '../parts/CopyButton.tsx';
import parts from '../parts/parts.module.css';
import styles from './decisions.module.css';

/** Commands that replay the decision and verify that it is unchanged. */
export function ProofCommands({ decision: { decision, chain } }: { readonly decision: DecisionDetail }) {
  const file = `${decision}.json`;
  const commands = [
    { title: 'Replay here', command: `steelyard decision replay ${decision}` },
    {
      title: 'Replay on another machine',
      command: `steelyard decision export ${decision} --out ${file} && steelyard decision replay ${file}`,
    },
    ...(chain === null
      ? []
      : [
          {
            title: 'Verify that it is unchanged',
            command: `steelyard decision verify --head ${chain.position}:${chain.sha256}`,
          },
        ]),
  ];
  return (
    <ul className={styles.proof}>
      {commands.map(({ title, command }) => (
        <li key={title}>
          <p className={styles.proofTitle}>{title}</p>
          <div className={parts.command}>
            <code>{command}</code>
            <CopyButton text={command} what={`the command: ${title}`} />
          </div>
        </li>
      ))}
    </ul>
  );
}
