/**
 * Shifts the clock of a process to the time of TEST_CLOCK, in steps of whole milliseconds; it runs on from there. Loaded with
 * `--import`. TEST_CLOCK_READ is the time at which TEST_CLOCK holds, so that all processes of a test share one clock.
 */
const RealDate = Date;
const shiftMs = RealDate.parse(process.env.TEST_CLOCK ?? '') - RealDate.parse(process.env.TEST_CLOCK_READ ?? '');

class ShiftedDate extends RealDate {
  constructor(...words: []) {
    super(...(words.length === 0 ? ([RealDate.now() + shiftMs] as unknown as []) : words));
  }

  static override now(): number {
    return RealDate.now() + shiftMs;
  }
}
globalThis.Date = ShiftedDate as DateConstructor;
