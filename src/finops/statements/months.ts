/** `2026-01` -> `2025-12`. */
export function getPreviousMonth(month: string): string {
  const [year = 0, monthNumber = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, monthNumber - 2, 1)).toISOString().slice(0, 'YYYY-MM'.length);
}
