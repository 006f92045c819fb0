/** The evidence of a cell's verdict: downloads by hour and day, and, on request, every probe. */
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { useLazyModule } from '../api/lazy-module.js'
import type { Account, RuleInWords } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'

const loadProfile = () => import('./profile.js')
const loadProbes = () => import('../probes/probes.js')

interface EvidenceProps {
  words: Localizer
  connection: Connection
  account: Account | null
  h3: string
  run: number
  rule: RuleInWords
}

export function EvidenceSection({ words, connection, account, h3, run, rule }: EvidenceProps) {
  const [isOpen, setOpen] = useState(false)
  const Charts = useLazyModule(connection, loadProfile)
  const List = useLazyModule(connection, isOpen ? loadProbes : null)
  return (
    <>
      {Charts && <Charts.Profile {...{ words, connection, h3, run, rule }} />}
      <h3>{words.t('probesHead')}</h3>
      <button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {words.t('probesShow')}
      </button>
      {isOpen &&
        (List ? (
          <List.Probes key={account?.name ?? ''} {...{ words, connection, account, h3, run }} />
        ) : (
          <p role="status">{words.t('loading')}</p>
        ))}
    </>
  )
}
