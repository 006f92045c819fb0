/** The part of a cell's panel about disputes, loaded when a cell is first chosen. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Account, Cell } from './api.js'
import type { Connection } from './connection.js'
import type { Language } from './language.js'

export interface CellDisputesProps {
  words: Language
  connection: Connection
  cell: Cell
  run: number
  account: Account | null
  /** Shows a dispute in the view beside the map. */
  onDispute(id: string): void
}

export function CellDisputes(props: CellDisputesProps) {
  const [Shown, setShown] = useState<ComponentType<CellDisputesProps> | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    const load = async () => (await import('./disputes/of-cell.js')).OfCell
    props.connection.ask(load, abort.signal).then(
      (loaded) => setShown(() => loaded),
      () => {},
    )
    return () => abort.abort()
  }, [])
  return Shown && <Shown {...props} />
}
