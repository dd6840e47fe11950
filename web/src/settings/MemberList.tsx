import type { TeamMember } from '../../../src/org/schema.ts';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import styles from './settings.module.css';

interface MemberListProps {
  readonly members: readonly TeamMember[] | undefined;
  /** Removes a member; left out for a reader who may not. */
  readonly onRemove?: ((member: TeamMember) => void) | undefined;
}

/** Members of a team with their roles. */
export function MemberList({ members, onRemove }: MemberListProps) {
  if (members === undefined) return <Skeleton height={20} />;
  if (members.length === 0) return 'No members';
  return (
    <span className={styles.members}>
      {members.map((member) => (
        <span key={member.account} className={styles.member}>
          {member.account} ({member.role}){' '}
          {onRemove !== undefined && (
            <button
              type="button"
              className={parts.plain}
              aria-label={`Remove ${member.account} from ${member.team}`}
              onClick={() => onRemove(member)}
            >
              Remove
            </button>
          )}
        </span>
      ))}
    </span>
  );
}
