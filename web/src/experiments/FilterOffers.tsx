import styles from './experiments.module.css';

interface FilterOffersProps {
  readonly id: string;
  readonly keys: readonly string[];
  /** Which of them the arrow keys have reached; -1 for none. */
  readonly at: number;
  readonly onTake: (key: string) => void;
}

/** The keys that complete the word that is being typed. */
export function FilterOffers({ id, keys, at, onTake }: FilterOffersProps) {
  return (
    <div id={id} role="listbox" aria-label="Keys" className={styles.offers} hidden={keys.length === 0}>
      {keys.map((key, index) => (
        <div
          key={key}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className={index === at ? styles.offered : undefined}
          onPointerDown={(event) => {
            event.preventDefault();
            onTake(key);
          }}
        >
          {key}
        </div>
      ))}
    </div>
  );
}
