import styles from './runs.module.css';

interface FolderPathProps {
  readonly folder: string;
  readonly onOpen: (folder: string) => void;
}

/** The way from the root to the folder that is open; nothing at the root. */
export function FolderPath({ folder, onOpen }: FolderPathProps) {
  if (folder === '') return null;
  const segments = folder.split('/');
  return (
    <div className={styles.path}>
      <button type="button" className={styles.crumb} onClick={() => onOpen('')}>
        root
      </button>
      {segments.map((segment, index) => {
        const path = segments.slice(0, index + 1).join('/');
        return (
          <span key={path}>
            {'/ '}
            {index === segments.length - 1 ? (
              segment
            ) : (
              <button type="button" className={styles.crumb} onClick={() => onOpen(path)}>
                {segment}
              </button>
            )}
          </span>
        );
      })}
    </div>
  );
}
