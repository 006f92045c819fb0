/**
 * A quick check that recognises most valid probes. class-validator takes four fifths of the time that a probe costs, and
 * its messages are needed only for a rejection. The quick check answers true only for what the validator accepts (held by a
 * test that generates every field); whatever it does not recognise goes to the validator.
 */
import { type FieldCheck, PROBE_FIELDS, PROBE_FIELD_NAMES, type ProbeFieldName } from '#domain/probe'

type Predicate = (value: unknown) => boolean

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/
/** Letters, marks, spaces, digits and punctuation of every language: less than what PostgreSQL can store. */
const PLAIN_TEXT = /^[\p{L}\p{M}\p{N}\p{P}\p{Zs}]+$/u

/** A date such as 30 February has the form of a time and is none: written back, it would read otherwise. */
const isTime: Predicate = (value) => {
  if (typeof value !== 'string' || !UTC_TIME.test(value)) return false
  const at = Date.parse(value)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(value.slice(0, 19))
}

function predicateOf(check: FieldCheck): Predicate {
  switch (check.kind) {
    case 'number': {
      const { min, max } = check
      return (value) => typeof value === 'number' && value >= min && value <= max
    }
    case 'text': {
      const { maxChars, pattern = PLAIN_TEXT } = check
      return (value) => typeof value === 'string' && value.length <= maxChars && pattern.test(value)
    }
    case 'word': {
      const words = new Set<unknown>(check.words)
      return (value) => words.has(value)
    }
    case 'uuid':
      return (value) => typeof value === 'string' && UUID.test(value)
    case 'time':
      return isTime
    case 'json':
      return () => true
  }
}

interface FieldPredicate {
  name: ProbeFieldName
  isRequired: boolean
  isValid: Predicate
}

const PREDICATES: readonly FieldPredicate[] = PROBE_FIELD_NAMES.map((name) => {
  const { check, isRequired } = PROBE_FIELDS[name]
  return { name, isRequired, isValid: predicateOf(check) }
})

export function isFastPathValid(document: Record<string, unknown>): boolean {
  for (const { name, isRequired, isValid } of PREDICATES) {
    const value = document[name]
    if (value === undefined || value === null ? isRequired : !isValid(value)) return false
  }
  return true
}
