/** The part of a cell's panel about disputes, loaded when a cell is first chosen. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { CellDisputesProps } from '../disputes/cell-disputes.js'

export function CellDisputes(props: CellDisputesProps) {
  const [Shown, setShown] = useState<ComponentType<CellDisputesProps> | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    const load = async () => (await import('../disputes/cell-disputes.js')).CellDisputesSection
    props.connection.requestWithRetry(load, abort.signal).then(
      (loaded) => setShown(() => loaded),
      () => {},
    )
    return () => abort.abort()
  }, [])
  return Shown && <Shown {...props} />
}
