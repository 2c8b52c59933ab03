/** All columns but the first hold numbers or one word, and keep to the right. */
export function Table({ head, rows, caption }: { head: string[]; rows: string[][]; caption?: string }) {
  return (
    <table className="w-full text-sm tabular-nums">
      {caption !== undefined && <caption className="sr-only">{caption}</caption>}
      <thead className="text-xs text-muted">
        <tr>{head.map((cell, index) => <th key={cell} scope="col" className={`border-b border-line py-1.5 font-medium ${index === 0 ? "text-left" : "pl-2 text-right"}`}>{cell}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={at} className="border-b border-line last:border-0">
            {row.map((cell, index) => index === 0 ? <th key={index} scope="row" className="py-1.5 text-left font-normal">{cell}</th> : <td key={index} className="py-1.5 pl-2 text-right">{cell}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function count(value: number): string {
  return value.toLocaleString("en");
}
