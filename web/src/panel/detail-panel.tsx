/** Panel of the selected item, by its kind. */
import type { Connection } from '../api/connection.js'
import { useLazyModule } from '../api/lazy-module.js'
import type { Account, AreaDetail, Cell, RuleInWords, Run } from '../api/schemas.js'
import type { QueryResult } from '../api/use-query.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { isPlace } from '../places/place.js'
import { AreaPanel } from './area-panel.js'
import { CellPanel } from './cell-panel.js'
import type { Detail } from './detail.js'
import { EvidenceSection } from './evidence.js'

const loadPlaces = () => import('../places/places.js')
const loadDisputes = () => import('../disputes/cell-disputes.js')
const loadCampaign = () => import('../campaign/campaign.js')
const loadPlatforms = () => import('../platforms/area-platforms.js')
const loadPlan = () => import('../plan/cell-plan.js')

interface DetailProps {
  words: Localizer
  connection: Connection
  run: Run | null
  detail: QueryResult<Detail>
  account: Account | null
  rule: RuleInWords | null
  onZoom(): void
  onCell(h3: string): void
  onDispute(id: string): void
  onPlan(code: string): void
}

export function DetailPanel({ detail, ...props }: DetailProps) {
  const { words, connection, run, rule, onCell, onPlan } = props
  const isPlaceShown = detail !== null && 'value' in detail && isPlace(detail.value)
  const Places = useLazyModule(connection, isPlaceShown ? loadPlaces : null)
  if (!detail) return <p>{words.t('loading')}</p>
  if ('refused' in detail) return <p class="problem">{problemText(words, detail.refused)}</p>
  const { value } = detail
  if (isPlace(value)) {
    if (!Places) return <p>{words.t('loading')}</p>
    return <Places.PlacePanel {...{ words, connection, onCell, onPlan }} place={value} />
  }
  if ('area' in value) return <AreaSection {...{ words, connection, run, rule, onCell }} area={value.area} />
  return rule && <CellDetail {...props} rule={rule} cell={value.cell} />
}

type AreaSectionProps = Pick<DetailProps, 'words' | 'connection' | 'run' | 'rule' | 'onCell'> & {
  area: AreaDetail
}

/** An area with the campaign that would decide its open places; a region is too large for one. */
function AreaSection({ words, connection, run, rule, area, onCell }: AreaSectionProps) {
  const isCampaignArea = run !== null && area.level !== 'region'
  const Campaigns = useLazyModule(connection, isCampaignArea ? loadCampaign : null)
  const Platforms = useLazyModule(connection, loadPlatforms)
  return (
    <AreaPanel {...{ words, area, run }}>
      {Platforms && (
        <Platforms.AreaPlatformsSection key={area.code} {...{ words, connection }} area={area.code} />
      )}
      {isCampaignArea && Campaigns && rule && (
        <Campaigns.CampaignSection
          key={area.code}
          {...{ words, connection, run, onCell }}
          area={area.code}
          hasRoster={Boolean(rule.roster)}
        />
      )}
    </AreaPanel>
  )
}

type CellDetailProps = Omit<DetailProps, 'detail' | 'rule'> & { rule: RuleInWords; cell: Cell }

/** The cell's verdict with parts from other folders: disputes, plan, evidence. */
function CellDetail({ words, connection, account, run, rule, cell, ...on }: CellDetailProps) {
  const plan = cell.plan ?? []
  const Disputes = useLazyModule(connection, run && loadDisputes)
  const Plan = useLazyModule(connection, plan.length > 0 ? loadPlan : null)
  return (
    <CellPanel
      {...{ words, cell, rule }}
      onZoom={on.onZoom}
      contested={
        run &&
        Disputes && (
          <Disputes.CellDisputesSection
            {...{ words, connection, cell, account }}
            run={run.id}
            onDispute={on.onDispute}
          />
        )
      }
    >
      {Plan && <Plan.CellPlanSection words={words} items={plan} onPlan={on.onPlan} />}
      {run && (
        <EvidenceSection
          key={`${cell.h3} ${run.id}`}
          {...{ words, connection, account, rule }}
          h3={cell.h3}
          run={run.id}
        />
      )}
    </CellPanel>
  )
}
