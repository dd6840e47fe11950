// A comment of one line says that nobody pays,
// and one over two lines is of its
// own.
/**
 * A docstring that is read
 * at once.
 */
export const texts = {
  summary: 'End it: what was not spent is free again',
  active: z.boolean().describe('True: nobody gets in as it; false: again'),
  pattern: /['"`]/, // it stands on a regular expression
  half: (1 + 1) / 2, // beside a division
};
throw new AppError('delivery_exists', `Another delivery stands for ${unit}; it goes on with ${`${unit}, a unit that nobody asks for, beside ${other} by itself`}.`);
