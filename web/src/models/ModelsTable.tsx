import table from '../table/table.module.css';
import { ModelRow } from './ModelRow.tsx';

/** Registered models with quality and cost of their champion. */
export function ModelsTable({ models }: { readonly models: readonly { readonly name: string }[] }) {
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col" className={table.wideOnly}>
            Champion
          </th>
          <th scope="col" className={table.wideOnly}>
            Metric
          </th>
          <th scope="col" className={table.number}>
            Quality
          </th>
          <th scope="col" className={table.number}>
            Per 1,000 predictions
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Training cost
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Versions
          </th>
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <ModelRow key={model.name} model={model.name} />
        ))}
      </tbody>
    </table>
  );
}
