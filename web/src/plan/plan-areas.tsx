/** Progress of the plan in each of the areas inside the selected one. */
import type { ViewProps } from '../app/view-props.js'
import { type Localizer, localizedName } from '../language/language.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import type { PlanArea } from './plan-api.js'
import { WORDS } from './words.js'

const COLUMNS = [
  'area',
  'total',
  'due',
  'line_inService',
  'line_verified',
  'line_contradicted',
  'state_late',
] as const

/** Figures of an area in the order of the columns after its name. */
const figuresOf = ({ items, due, inService, verified, contradicted, late }: PlanArea) => [
  items,
  due,
  inService,
  verified,
  contradicted,
  late,
]

interface PlanAreasProps {
  words: Localizer
  areas: readonly PlanArea[]
  onArea: ViewProps['onArea']
}

export function PlanAreas({ words, areas, onArea }: PlanAreasProps) {
  const t = words.translatorOf(WORDS)
  if (areas.length === 0) return null
  return (
    <>
      <h3>{t('byArea')}</h3>
      <DataTable
        caption={t('byArea')}
        isCaptionHidden
        class="plan-list plan-areas"
        head={<HeadRow names={COLUMNS} t={t} />}
      >
        {areas.map((area) => (
          <tr key={area.code} data-code={area.code}>
            <th scope="row">
              <button class="link" onClick={() => onArea(area)}>
                <bdi>{localizedName(words.lang, area)}</bdi>
              </button>
            </th>
            {figuresOf(area).map((figure, i) => (
              <td key={COLUMNS[i]} class="number">
                {words.number(figure)}
              </td>
            ))}
          </tr>
        ))}
      </DataTable>
    </>
  )
}
