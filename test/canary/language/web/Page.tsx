/** Who sees this page. */
export function Page({ cost }: { readonly cost: number }) {
  return (
    <Card title="How does the spend run?" note={cost > 0 ? 'It does not cost what it should' : `It is dear: ${cost}`}>
      {/* A comment between tags stands for the table. */}
      <th scope="col">It is</th>
      <th scope="col">It tells</th>
      <p>
        Nobody has looked yet for what would cost less; it's
        of no use.
      </p>
      <Savings label="At an even burn" />
    </Card>
  );
}
