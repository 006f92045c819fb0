/** A table in a box of its own: what is too wide or too long scrolls there, also by keys. */
import type { ComponentChildren } from 'preact'
import './table.css'

interface DataTableProps {
  /** What the table holds: its caption, and the name of its box. */
  caption: string
  /** For screen readers only, where a heading stands above it. */
  isCaptionHidden?: boolean
  class?: string
  boxClass?: string
  /** Whether its rows are about to be replaced. */
  isBusy?: boolean
  head: ComponentChildren
  /** The rows. */
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
