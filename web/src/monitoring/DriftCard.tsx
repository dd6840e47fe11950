import { useMemo, useState } from 'react';
import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import type { DriftWindow } from '../../../src/mlops/quality/drift-windows/schema.ts';
import { toCsv } from '../format/csv.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { ColumnPanel } from './ColumnPanel.tsx';
import { stripRows } from './drift-strength.ts';
import { HeatStrip, type OpenCell } from './HeatStrip.tsx';
import styles from './monitoring.module.css';
import { StripLegend } from './StripLegend.tsx';
import { useDrift } from './use-monitors.ts';

const SHOWN_WINDOWS = 60;
const SHOWN_ROWS = 12;
const HEIGHT = 260;

const DRIFT_LINES = `  drift:
    reference: {first: 1000}
    window: {hours: 24}
`;

interface DriftCardProps {
  readonly monitor: string;
  readonly spec: MonitorSpec;
  readonly open: Partial<OpenCell>;
  readonly onOpen: (cell: OpenCell | null) => void;
}

/** Which columns drift, and since when; a click shows how a column is spread now and before. */
export function DriftCard({ monitor, spec, open, onOpen }: DriftCardProps) {
  const drift = useDrift(monitor, spec.drift !== undefined, SHOWN_WINDOWS);
  const [all, setAll] = useState(false);
  const windows = drift.data?.windows;
  const rows = useMemo(() => stripRows(windows ?? []), [windows]);
  const visible = all ? rows : rows.slice(0, SHOWN_ROWS);
  const window = open.window ?? windows?.at(-1)?.window;
  const cell = open.column === undefined || window === undefined ? null : { column: open.column, window };
  return (
    <Card
      title="Drift by column"
      note={
        windows === undefined || windows.length === 0
          ? undefined
          : `${counted(windows.length, 'window')}, the latest on the right. A cell opens its column.`
      }
      actions={<CsvButton name={`${monitor}-drift`} what="the windows" text={() => driftCsv(windows ?? [])} />}
    >
      {spec.drift === undefined ? (
        <EmptyState
          shows="Every input and output by window, compared with the reference."
          why="This monitor has no drift check. Put these lines under spec in its document, and apply it again."
          command="steelyard apply -f monitor.yaml"
        >
          <ExampleFile name="monitor.yaml" text={DRIFT_LINES} />
        </EmptyState>
      ) : (
        <Loaded query={drift} what="The drift" height={HEIGHT}>
          {(data) =>
            data.windows.length === 0 ? (
              <EmptyState
                shows="Every input and output by window, compared with the reference."
                why="No window has been compared yet: the first is compared after its end, when the reference is full."
              />
            ) : (
              <div className={styles.drift}>
                <div className={styles.stripBox}>
                  <HeatStrip
                    label={`Drift of ${monitor} by column and window`}
                    windows={data.windows}
                    rows={visible}
                    open={cell}
                    onOpen={onOpen}
                  />
                </div>
                <div className={styles.stripFoot}>
                  <StripLegend />
                  {rows.length > SHOWN_ROWS && (
                    <button type="button" className={parts.plain} onClick={() => setAll(!all)}>
                      {all ? 'Show fewer' : `Show all ${rows.length} columns`}
                    </button>
                  )}
                </div>
                {cell !== null && <ColumnPanel monitor={monitor} cell={cell} onClose={() => onOpen(null)} />}
              </div>
            )
          }
        </Loaded>
      )}
    </Card>
  );
}

const FIGURES = [
  'statistic',
  'pValue',
  'adjustedPValue',
  'threshold',
  'effect',
  'minEffect',
  'beyondPeriods',
  'missingEffect',
  'valuesPValue',
  'missingPValue',
  'nReference',
  'nCurrent',
] as const;
const HEADER = ['start', 'end', 'modelVersion', 'column', 'type', 'method', ...FIGURES, 'drifted', 'reason'];

/** The windows of a monitor column by column, exactly; empty is not known. */
function driftCsv(windows: readonly DriftWindow[]): string {
  const text = (value: number | boolean | null) => (value === null ? null : String(value));
  return toCsv(
    HEADER,
    windows.flatMap(({ period, modelVersion, columns }) =>
      columns.map((one) => [
        ...[period.start, period.end, modelVersion, one.column, one.type, one.method],
        ...FIGURES.map((key) => text(one[key])),
        ...[text(one.drifted), one.reason],
      ]),
    ),
  );
}
