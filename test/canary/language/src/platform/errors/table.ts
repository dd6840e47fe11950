/** Every expected failure, whoever causes it. */
export const errorTable = {
  price_missing: { status: 409, title: 'A limit cannot be held on what has no price' },
};
