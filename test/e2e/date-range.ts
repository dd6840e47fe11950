import type { Locator, Page } from 'playwright-core';

/** Opens the date-range picker of the top bar. */
export async function openDateRange(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: /^Date range/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Date range' });
  await dialog.waitFor();
  return dialog;
}
