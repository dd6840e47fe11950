import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { listPriceLists, listPrices, type PriceList } from '../../../src/finops/prices/schema.ts';
import { endpointQuery } from '../client.ts';
import { formatMoney } from '../format/money.ts';
import { counted, formatCount } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { Select } from '../parts/Select.tsx';
import { CommandCard } from './CommandCard.tsx';
import { SettingsTable } from './SettingsTable.tsx';
import { PriceOriginSearch } from './settings-search.ts';

const LISTS_HEIGHT = 200;
const PRICES_HEIGHT = 400;
const SHOWN = 50;
const ANY = '';

const ORIGINS: Readonly<Record<PriceList['origin'], string>> = {
  own: 'Your price book',
  bill: 'Learned from the bill',
  catalogue: 'Imported price list',
  builtIn: 'Built-in GPU instances',
  declared: 'Declared with the usage',
};

const COMMANDS = [
  { command: 'steelyard apply -f prices.yaml', effect: 'Add or change your own prices (kind: PriceBook)' },
  { command: 'steelyard price import aws --region us-east-1', effect: 'Import a price list of AWS or Azure' },
];

/** Sources of prices with their counts, and the prices themselves. */
export function PricesPage() {
  const { origin } = useSearch({ from: '/settings/prices' });
  const navigate = useNavigate({ from: '/settings/prices' });
  const lists = useQuery(endpointQuery(listPriceLists));
  const query = { pageSize: SHOWN, ...(origin === undefined ? {} : { origin }) };
  const prices = useQuery({ ...endpointQuery(listPrices, { query }), placeholderData: keepPreviousData });
  const answer = () => {
    if (lists.data === undefined)
      return lists.isError ? describeReadError(lists.error, 'The prices') : <AnswerPending />;
    const own = lists.data.lists.filter((list) => list.origin !== 'builtIn');
    const sum = own.reduce((total, list) => total + list.prices, 0);
    return own.length === 0
      ? 'No price was added: only the built-in prices of GPU instances apply.'
      : `${counted(sum, 'price')} from ${counted(own.length, 'source')}, in addition to the built-in prices of GPU instances.`;
  };
  const choose = (
    <>
      <Select
        label="Source"
        value={origin ?? ANY}
        options={[
          { value: ANY, label: 'All but built-in' },
          ...PriceOriginSearch.options.map((value) => ({ value, label: ORIGINS[value] })),
        ]}
        onChange={(value) =>
          void navigate({
            search: (before) => ({ ...before, origin: PriceOriginSearch.options.find((one) => one === value) }),
            replace: true,
          })
        }
      />
      <a
        className={parts.button}
        href={`/api/v1/prices.csv${origin === undefined ? '' : `?origin=${origin}`}`}
        download
      >
        CSV
      </a>
    </>
  );
  return (
    <Page title="Prices" answer={answer()} shortAnswer>
      <div className={layout.stack}>
        <Card title="Sources of prices" note="In the order in which they apply." flush>
          <Loaded query={lists} what="The sources of prices" height={LISTS_HEIGHT}>
            {(data) => (
              <SettingsTable
                label="Sources of prices"
                head={['Source', 'Name', 'Prices', 'Confirmed']}
                numeric={[2]}
                rows={data.lists.map((list) => ({
                  key: `${list.origin} ${list.name}`,
                  cells: [
                    ORIGINS[list.origin],
                    list.name,
                    formatCount(list.prices),
                    list.asOf === null ? (
                      'With this version'
                    ) : (
                      <Instant key="at" at={findLastDay(list, list.asOf)} dayOnly />
                    ),
                  ],
                  values: { 2: list.prices, 3: list.asOf },
                }))}
              />
            )}
          </Loaded>
        </Card>
        <Card title="Prices" note={`Per hour, the first ${SHOWN}; all of them as CSV.`} actions={choose} flush>
          <Loaded query={prices} what="The prices" height={PRICES_HEIGHT}>
            {(data) => (
              <SettingsTable
                label="Prices"
                head={['Resource', 'Price an hour', 'Region', 'Valid from', 'Valid until', 'Origin']}
                numeric={[1]}
                rows={data.prices.map((price) => ({
                  key: `${price.book} ${price.resource} ${price.region} ${price.effectiveFrom}`,
                  cells: [
                    price.resource,
                    formatMoney(price.price),
                    price.region ?? '–',
                    <Instant key="from" at={price.effectiveFrom} dayOnly />,
                    price.effectiveTo === null ? 'No end' : <Instant key="to" at={price.effectiveTo} dayOnly />,
                    <span key="source" data-tip={price.source}>
                      {price.book}
                    </span>,
                  ],
                  values: {
                    ...{ 1: Number(price.price.amount), 3: price.effectiveFrom, 4: price.effectiveTo ?? 'now' },
                    5: price.book,
                  },
                }))}
              />
            )}
          </Loaded>
        </Card>
        <CommandCard title="Change prices" commands={COMMANDS} />
      </div>
    </Page>
  );
}

/** Prices of the bill hold until the end of its last day, which is the first instant of the next one. */
function findLastDay({ origin }: PriceList, asOf: string): string {
  return origin === 'bill' ? new Date(Date.parse(asOf) - 1).toISOString() : asOf;
}
