/** The sites of the programme as a table. */
import { FUNNEL_STEPS } from '#domain/programme'
import type { ProgrammeSite } from '#store/programme'

export const COLUMNS = [
  'site_code',
  'name',
  'name_ar',
  'type',
  'commune_code',
  'role',
  'operator',
  'technology',
  'contract',
  'surveyed_on',
  'contracted_on',
  'installed_on',
  ...FUNNEL_STEPS.map((step) => `is_${step}`),
  'standing',
  'device',
  'measured_on',
  'simulated',
]

/** The first columns have the names that an import of lines reads. */
export function rowOf(site: ProgrammeSite): (string | null)[] {
  const { code, name, nameAr, type, communeCode, line, steps, standing, device, measuredOn, simulated } = site
  const { operator = null, technology = null, contract = null } = line ?? {}
  const { surveyedOn = null, contractedOn = null, installedOn = null } = line ?? {}
  const isReached = FUNNEL_STEPS.map((step) => String(steps[step]))
  return [code, name, nameAr, type, communeCode, 'main'].concat(
    [operator, technology, contract, surveyedOn, contractedOn, installedOn],
    isReached,
    [standing, device, measuredOn, String(simulated)],
  )
}
