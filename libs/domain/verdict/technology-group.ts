/**
 * Groups of technologies that fail together. A copper line that fails says nothing about the mobile network of the same operator,
 * while a phone uses the best mobile technology that it finds.
 */
import type { Technology } from '../probe/probe.js'

export const TECHNOLOGY_GROUPS = ['fixed', 'wireless', 'mobile', 'satellite', 'unnamed'] as const
export type TechnologyGroup = (typeof TECHNOLOGY_GROUPS)[number]

export const GROUP_OF_TECHNOLOGY: Readonly<Record<Technology, TechnologyGroup>> = {
  fibre: 'fixed',
  cable: 'fixed',
  vdsl: 'fixed',
  adsl: 'fixed',
  fwa: 'wireless',
  '2g': 'mobile',
  '3g': 'mobile',
  '4g': 'mobile',
  '5g': 'mobile',
  satellite_geo: 'satellite',
  satellite_leo: 'satellite',
  wifi_unknown: 'unnamed',
}

/** The group of a technology; a probe that names none is in the group `unnamed`. */
export const groupOf = (technology: Technology | null): TechnologyGroup =>
  GROUP_OF_TECHNOLOGY[technology ?? 'wifi_unknown']
