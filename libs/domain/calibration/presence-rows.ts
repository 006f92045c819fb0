/** Makes the rows of a calibration from one cell: one for each operator of the roster and group by which it may serve. Pure. */
import type { Rule } from '../rule/rule.js'
import {
  type NetworkEvidence,
  type RosterContext,
  type ServiceFacts,
  type TechnologyGroup,
  groupOf,
  isDecidedState,
  networkState,
  passingOfNetwork,
  standingsOf,
} from '../verdict/index.js'
import type { DesignRow } from './presence-design.js'

/**
 * One operator of the roster and one of its groups in a cell where somebody measured something, of this group or of another.
 * `wasChosen`: no device tried every operator of the roster here, so that the operator was chosen by who measured it.
 */
export interface PresenceRow extends DesignRow {
  /** The cell's parent at resolution 5, whose cells have one local share of presence. */
  place: string
  /** Probability that the group passes, by its measurements alone; null where it was not measured here. */
  passing: number | null
  /** Whether the measured networks of the group are decided, and whether one of them is present. */
  isDecided: boolean
  isPresent: boolean
  /** Whether any network of the operator was measured here. */
  isOperatorTried: boolean
}

/** A cell that somebody measured. */
export interface MeasuredCell extends Pick<RosterContext, 'services' | 'facts'> {
  place: string
  networks: readonly NetworkEvidence[]
  /** The operators that one device measured here, for each device that measured several. */
  sharedDevices: readonly (readonly string[])[]
}

/**
 * Groups whose lines are measured only where they exist. Nobody finds out that a fibre is missing by measuring it: what is
 * counted instead is in how many of the cells where an operator was tried a line of the group was met.
 */
export const LINE_GROUPS: readonly TechnologyGroup[] = ['fixed', 'wireless']

export function presenceRowsOf(rule: Rule, cell: MeasuredCell): PresenceRow[] {
  const standings = standingsOf(rule, cell.networks)
  const measured = cell.networks.filter(({ weight }) => weight > 0)
  const roster = cell.services.map(({ operator }) => operator)
  const wasChosen = !cell.sharedDevices.some((device) =>
    roster.every((operator) => device.includes(operator)),
  )
  const declaring = new Set(
    cell.facts.filter(({ declared }) => declared === 1).map(({ operator }) => operator),
  )
  return cell.facts.map((facts): PresenceRow => {
    const { operator, group } = facts
    const others = [...standings].filter(([other]) => other !== operator && isIndependent(cell, facts, other))
    const networks = measured.filter((n) => n.operator === operator && groupOf(n.technology) === group)
    const states = networks.map((network) => networkState(rule, network))
    return {
      operator,
      place: cell.place,
      wasChosen,
      features: {
        ...facts,
        othersDeclaring: [...declaring].filter((other) => other !== operator).length,
        othersPresent: others.filter(([, standing]) => standing === 'present').length,
        othersAbsent: others.filter(([, standing]) => standing === 'absent').length,
      },
      passing:
        networks.length === 0
          ? null
          : Math.max(...networks.map((network) => passingOfNetwork(rule, network, 'current'))),
      isDecided:
        states.some((state) => state === 'present') || (states.length > 0 && states.every(isDecidedState)),
      isPresent: states.includes('present'),
      isOperatorTried: standings.has(operator),
    }
  })
}

/**
 * Whether what was measured of another operator says something of its own. Where one device measured both it does not: a faulty
 * device fails with every SIM. Of lines it does, because a device does not make them.
 */
const isIndependent = (
  { sharedDevices }: MeasuredCell,
  { operator, group }: ServiceFacts,
  other: string,
): boolean =>
  LINE_GROUPS.includes(group) ||
  !sharedDevices.some((device) => device.includes(operator) && device.includes(other))
