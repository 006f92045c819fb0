/** The legend with all controls of the map's content. */
import type { Run } from '../api/schemas.js'
import { useLazyModule } from '../api/lazy-module.js'
import { Layers } from '../legend/layers.js'
import { Legend } from '../legend/legend.js'
import { RunChoice } from '../legend/run-choice.js'
import { WhatIfSlider } from '../legend/what-if.js'
import type { PageProps } from './page-props.js'

const loadPlanLegend = () => import('../plan/plan-legend.js')

interface MapLegendProps extends PageProps {
  run: Run
  /** Reports runs that are likely to be shown next. */
  onNear(ids: readonly number[]): void
}

export function MapLegend({ words, connection, state, dispatch, data, run, onNear }: MapLegendProps) {
  const { theme, swipe, overlays, areasColoured } = state
  const { rule, whatIf, threshold, comparableRuns, networks, themeCounts } = data
  const rules = data.rules ?? []
  const PlanParts = useLazyModule(connection, overlays.includes('plan') ? loadPlanLegend : null)
  const ruleThreshold = rule?.minDownloadBps ?? null
  return (
    <Legend
      {...{ words, run, rules, theme, themeCounts, areasColoured }}
      instance={data.instance}
      whatIfCounts={threshold === null ? null : (whatIf?.counts ?? null)}
      isOpen={!state.view}
      onColourAreas={(on) => dispatch({ type: 'colourAreas', on })}
    >
      <Layers
        {...{ words, rules, networks, theme, swipe, overlays }}
        others={comparableRuns}
        onTheme={(theme) => dispatch({ type: 'setTheme', theme })}
        onSwipe={(run) => dispatch({ type: 'setSwipe', run })}
        onOverlays={(overlays) => dispatch({ type: 'setOverlays', overlays })}
      />
      {PlanParts && <PlanParts.PlanLegend words={words} />}
      <RunChoice
        {...{ words, run, onNear }}
        runs={data.runs.runs}
        onRun={(run) => dispatch({ type: 'setRun', run })}
      />
      {ruleThreshold !== null && theme.kind === 'verdict' && (
        <WhatIfSlider
          {...{ words, ruleThreshold, whatIf }}
          threshold={threshold ?? ruleThreshold}
          onThreshold={(threshold) => dispatch({ type: 'setThreshold', threshold })}
        />
      )}
    </Legend>
  )
}
