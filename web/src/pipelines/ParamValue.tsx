/** An absolute path of a file, such as the one that a run was given. */
const PATH = /^(\/|[A-Za-z]:\\).*[/\\]([^/\\]+)$/;

/** Value of a parameter; a path of a file is shown by its name, with the path on hover. */
export function ParamValue({ value }: { readonly value: unknown }) {
  const text = String(value);
  const name = PATH.exec(text)?.[2];
  return name === undefined ? <code>{text}</code> : <code data-tip={text}>{name}</code>;
}
