/** The list of the plan's items, loaded page by page on request. */
import { useEffect, useState } from 'preact/hooks'
import { queryValueOf, useQuery } from '../api/use-query.js'
import type { ViewProps } from '../app/view-props.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { type PlanFilter, type PlanItem, planApi, planQueryOf } from './plan-api.js'
import { planItemName, planNetworkText, targetText } from './plan-texts.js'
import { PlanStateLabel } from './state.js'
import { WORDS } from './words.js'

/** Number of items in a page. */
const PAGE_SIZE = 50
const NO_ITEMS: readonly PlanItem[] = []

export interface PlanPages {
  /** Items of all pages so far. Those of the previous list stay until the first page is loaded. */
  items: readonly PlanItem[]
  isLoading: boolean
  /** The reason why a page could not be loaded; empty if none failed. */
  problem: string
  /** Loads the next page; null if there is none, or while one is loading. */
  loadMore: (() => void) | null
}

/** Loads the pages of a list; a new value of `changes` loads the list again. */
export function usePlanPages(
  { words, connection }: ViewProps,
  filter: PlanFilter,
  sort: string,
  changes: number,
): PlanPages {
  const key = `${planQueryOf({ ...filter, sort })} ${changes}`
  const [before, setBefore] = useState<{ key: string; items: readonly PlanItem[]; cursor: string | null }>({
    key,
    items: NO_ITEMS,
    cursor: null,
  })
  const { items: earlier, cursor } = before.key === key ? before : { items: NO_ITEMS, cursor: null }
  const query = useQuery(connection, `${key} ${cursor}`, (signal) =>
    planApi.list(filter, { sort, cursor, limit: PAGE_SIZE }, signal),
  )
  const page = queryValueOf(query)
  const [items, setItems] = useState<readonly PlanItem[]>(NO_ITEMS)
  useEffect(() => {
    if (page) setItems([...earlier, ...page.items])
  }, [page])
  return {
    items,
    isLoading: query === null,
    problem: query && 'refused' in query ? problemText(words, query.refused) : '',
    loadMore: page?.next ? () => setBefore({ key, items, cursor: page.next }) : null,
  }
}

interface PlanListProps {
  words: Localizer
  pages: PlanPages
  caption: string
  onItem(item: PlanItem): void
}

export function PlanList({ words, pages, caption, onItem }: PlanListProps) {
  const t = words.translatorOf(WORDS)
  const { items, isLoading, problem, loadMore } = pages
  if (problem) return <p class="problem">{problem}</p>
  if (items.length === 0) return <p role="status">{isLoading ? words.t('loading') : t('none')}</p>
  return (
    <>
      <DataTable
        caption={caption}
        class="plan-list"
        isBusy={isLoading}
        head={<HeadRow names={['place', 'state', 'network', 'promised', 'service']} t={t} />}
      >
        {items.map((item) => (
          <ItemRow key={item.code} {...{ words, item, onItem }} />
        ))}
      </DataTable>
      <p class="plan-bar">
        <span role="status">{t('items', { n: items.length })}</span>
        {loadMore && <button onClick={loadMore}>{t('more')}</button>}
      </p>
    </>
  )
}

type ItemRowProps = Pick<PlanListProps, 'words' | 'onItem'> & { item: PlanItem }

function ItemRow({ words, item, onItem }: ItemRowProps) {
  const t = words.translatorOf(WORDS)
  const dayText = (date: string | null) => (date === null ? t('noDate') : words.date(date))
  return (
    <tr data-code={item.code}>
      <th scope="row">
        <button class="link" onClick={() => onItem(item)}>
          <bdi>{planItemName(words, item)}</bdi>
        </button>
        <small>
          <bdi>{item.code}</bdi>
          {item.simulated && ` (${t('simulated')})`}
        </small>
      </th>
      <td>
        <PlanStateLabel words={words} of={item.state} />
        {item.state === 'late' && <small>{t(`step_${item.step}`)}</small>}
      </td>
      <td>
        <bdi>{planNetworkText(words, item)}</bdi>
        <small>
          <bdi>{targetText(words, item.targetBps)}</bdi>
        </small>
      </td>
      <td>{dayText(item.promisedBy)}</td>
      <td>{dayText(item.inServiceOn)}</td>
    </tr>
  )
}
