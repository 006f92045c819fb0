/** Operators and technologies in the page's language. */
import { OPERATOR_NAMES } from '#domain/operator'
import { TECHNOLOGIES, type Technology } from '#domain/probe'
import type { Localizer } from './language.js'

/** Name of an operator; a general word if it is null. */
export function operatorName({ lang, t }: Localizer, operator: string | null | undefined): string {
  if (operator == null) return t('someOperator')
  return operator in OPERATOR_NAMES ? OPERATOR_NAMES[operator as keyof typeof OPERATOR_NAMES][lang] : operator
}

/** Abbreviations that are the same in every language. */
const ABBREVIATIONS = ['vdsl', 'adsl', '2g', '3g', '4g', '5g'] as const
type Abbreviation = (typeof ABBREVIATIONS)[number]

const isIn = <T extends string>(names: readonly T[], name: string): name is T =>
  (names as readonly string[]).includes(name)
const WORDED = TECHNOLOGIES.filter(
  (name): name is Exclude<Technology, Abbreviation> => !isIn(ABBREVIATIONS, name),
)

/** Name of a technology; empty if it is null. */
export function technologyName({ t }: Localizer, technology: string | null | undefined): string {
  if (technology == null) return ''
  if (isIn(ABBREVIATIONS, technology)) return technology.toUpperCase()
  return isIn(WORDED, technology) ? t(`technology_${technology}`) : technology
}
