import { Choice } from '../parts/Choice.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import parts from '../parts/parts.module.css';

const VIEWS = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
] as const;

interface ShownAsProps {
  /** "Parts shown as". */
  readonly label: string;
  /** Noun of the content for a screen reader: "the parts". */
  readonly what: string;
  readonly asTable: boolean;
  readonly onShow: (asTable: boolean) => void;
  /** Of the file, without its end. */
  readonly csvName: string;
  readonly csv: () => string;
  readonly onPng: () => void;
}

/** Head of a card that switches between chart and table, with both as downloads. */
export function DisplayToggle({ label, what, asTable, onShow, csvName, csv, onPng }: ShownAsProps) {
  return (
    <>
      <Choice
        label={label}
        value={asTable ? 'table' : 'chart'}
        options={VIEWS}
        onChange={(value) => onShow(value === 'table')}
      />
      <CsvButton name={csvName} what={what} text={csv} />
      {!asTable && (
        <button type="button" className={parts.button} onClick={onPng}>
          PNG<span className="visually-hidden"> of {what}</span>
        </button>
      )}
    </>
  );
}
