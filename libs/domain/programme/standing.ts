/** The standing of a site in the programme, from what people reported and what was measured. Pure. */
import { DAY_MS } from '../units/units.js'
import { type LineRecord, isStepReached } from './line.js'
import { FUNNEL_STEPS, type FollowUp, type FunnelStep, type ProgrammeSettings } from './settings.js'

/**
 * - `no_device`: no device that may measure. - `never`: it has not measured yet. - `live`, `at_risk`, `dropped`: by the days since it
 * measured last.
 */
export const DEVICE_STATES = ['live', 'at_risk', 'dropped', 'never', 'no_device'] as const
export type DeviceState = (typeof DEVICE_STATES)[number]

/** The facts that are known of a site. */
export interface SiteFacts {
  /** Its main line; null where nobody reported one. */
  line: LineRecord | null
  /** Number of devices that may measure. */
  devices: number
  /** When one of them measured last; milliseconds since 1970, null if never. */
  measuredAt: number | null
  /** Ids of the platforms that its best line carries in office hours. */
  carries: readonly string[]
}

/** Whole days, at the day's end, count for the better state. */
export function deviceStateOf(
  { devices, measuredAt }: Pick<SiteFacts, 'devices' | 'measuredAt'>,
  { liveDays, droppedDays }: Pick<FollowUp, 'liveDays' | 'droppedDays'>,
  now: number,
): DeviceState {
  if (devices === 0) return 'no_device'
  if (measuredAt === null) return 'never'
  const age = now - measuredAt
  if (age <= liveDays * DAY_MS) return 'live'
  return age <= droppedDays * DAY_MS ? 'at_risk' : 'dropped'
}

/** Whether a site has reached each step. Reported steps imply the earlier ones; what is measured is told as it is. */
export function stepsOf(
  facts: SiteFacts,
  { requiredPlatforms, followUp }: Pick<ProgrammeSettings, 'requiredPlatforms' | 'followUp'>,
  now: number,
): Record<FunnelStep, boolean> {
  const { line, measuredAt, carries } = facts
  const reached: Record<FunnelStep, boolean> = {
    listed: true,
    surveyed: line !== null && isStepReached(line, 'surveyed'),
    contracted: line !== null && isStepReached(line, 'contracted'),
    installed: line !== null && isStepReached(line, 'installed'),
    measured: measuredAt !== null && now - measuredAt <= followUp.liveDays * DAY_MS,
    carries: requiredPlatforms.every((id) => carries.includes(id)),
  }
  return reached
}

/** The last step that a site reached together with all before it. */
export function standingOf(steps: Readonly<Record<FunnelStep, boolean>>): FunnelStep {
  const firstMissing = FUNNEL_STEPS.findIndex((step) => !steps[step])
  return FUNNEL_STEPS[(firstMissing === -1 ? FUNNEL_STEPS.length : firstMissing) - 1]!
}

/** The action that an area asks for whose devices fall silent. */
export type FollowUpLevel = 'fine' | 'follow_up' | 'escalate'

/** It follows from the share of the sites with devices that reported; `fine` where there is no device. */
export function followUpLevelOf(
  { withDevice, reporting }: { withDevice: number; reporting: number },
  { followUpShare, escalateShare }: Pick<FollowUp, 'followUpShare' | 'escalateShare'>,
): FollowUpLevel {
  if (withDevice === 0) return 'fine'
  const share = reporting / withDevice
  if (share < escalateShare) return 'escalate'
  return share < followUpShare ? 'follow_up' : 'fine'
}
