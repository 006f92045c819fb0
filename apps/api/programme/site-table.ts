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
  return [
    ...[code, name, nameAr, type, communeCode, 'main'],
    ...[line?.operator, line?.technology, line?.contract].map((value) => value ?? null),
    ...[line?.surveyedOn, line?.contractedOn, line?.installedOn].map((day) => day ?? null),
    ...FUNNEL_STEPS.map((step) => String(steps[step])),
    ...[standing, device, measuredOn, String(simulated)],
  ]
}
