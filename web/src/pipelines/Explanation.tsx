/** Why a step was made or not; names between backticks are set as code. */
export function Explanation({ text }: { readonly text: string }) {
  const parts = text.split('`').map((part, index) => ({ part, place: index, isCode: index % 2 === 1 }));
  return parts.map(({ part, place, isCode }) => (isCode ? <code key={place}>{part}</code> : part));
}
