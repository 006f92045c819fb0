/** A table in a box that scrolls if the table is too wide or too long, also by keyboard. */
import type { ComponentChildren } from 'preact'
import './table.css'

interface DataTableProps {
  /** Caption of the table, and accessible name of the box. */
  caption: string
  /** Whether only screen readers get the caption, because a heading stands above the table. */
  isCaptionHidden?: boolean
  class?: string
  boxClass?: string
  /** Whether the rows are about to be replaced. */
  isBusy?: boolean
  head: ComponentChildren
  /** Rows of the table. */
  children: ComponentChildren
}

export function DataTable(props: DataTableProps) {
  const { caption, isCaptionHidden, class: className, boxClass = 'scroll', isBusy, head, children } = props
  return (
    <div class={boxClass} tabIndex={0} role="region" aria-label={caption} aria-busy={isBusy}>
      <table class={className}>
        {!isCaptionHidden && <caption>{caption}</caption>}
        <thead>{head}</thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
