/** The quick check never takes what the validator rejects, and the validator has the limits of the table of fields. */
import { type FieldCheck, PROBE_FIELDS, PROBE_FIELD_NAMES, type ProbeFieldName } from '#domain/probe'
import { ProbeDto, isFastPathValid } from '#ingest'
import { validateSync } from 'class-validator'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const VALID = {
  id: '7f2c1c1e-6a53-4a7e-9a43-0d0b6b1f2a11',
  measuredAt: '2026-03-01T09:30:00Z',
  outcome: 'ok',
}

/** As the ingest asks it: only the fields of a probe. */
const isValidDto = (document: Record<string, unknown>): boolean => {
  const fields = PROBE_FIELD_NAMES.map((name) => [name, document[name]])
  return validateSync(Object.assign(new ProbeDto(), Object.fromEntries(fields))).length === 0
}

const time = fc
  .tuple(
    fc.integer({ min: 1990, max: 2100 }),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 0, max: 32 }),
    fc.constantFrom('T10:20:30Z', 'T10:20:30.123Z', 'T24:00:00Z', 'T10:20:30+01:00', ''),
  )
  .map(([y, m, d, rest]) => `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}${rest}`)
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 110 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('iam', 'اتصالات المغرب', 'a\u0000', '\ud800', 'é'.repeat(100), 'é'.repeat(101), ''),
)

function valuesOf(check: FieldCheck): fc.Arbitrary<unknown> {
  switch (check.kind) {
    case 'number': {
      const { min, max } = check
      return fc.oneof(
        fc.double({ min: Math.max(min, -1e15), max: Math.min(max, 1e15) }),
        fc.constantFrom(min, max, min - 1e-7, max + 1e-7, max * 2, NaN, Infinity, String(min)),
      )
    }
    case 'text':
      return check.pattern ? fc.oneof(fc.stringMatching(check.pattern), text) : text
    case 'word':
      return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...check.words) }, text)
    case 'time':
      return fc.oneof({ weight: 9, arbitrary: time }, text, fc.integer())
    case 'uuid':
      return fc.oneof({ weight: 9, arbitrary: fc.uuid() }, text)
    case 'json':
      return fc.jsonValue()
  }
}

/** Every field of the table; mostly absent, so that enough probes are valid as a whole. */
const probe = fc.record(
  Object.fromEntries(
    PROBE_FIELD_NAMES.map((name) => {
      const { check, isRequired } = PROBE_FIELDS[name]
      const value = fc.oneof({ weight: 9, arbitrary: valuesOf(check) }, fc.jsonValue())
      const absent = fc.constantFrom(null, undefined)
      return [name, isRequired ? value : fc.oneof({ weight: 12, arbitrary: absent }, value)]
    }),
  ),
)

test('what the quick check takes the validator takes, whatever stands in any field', () => {
  const accepted = new Set<string>()
  fc.assert(
    fc.property(probe, (document) => {
      if (!isFastPathValid(document)) return
      for (const [name, value] of Object.entries(document)) if (value != null) accepted.add(name)
      expect(isValidDto(document)).toBe(true)
    }),
    { numRuns: 20_000, seed: 1 },
  )
  // Each field was accepted with a value at least once, so none was compared only where it is absent.
  expect([...accepted].sort()).toEqual([...PROBE_FIELD_NAMES].sort())
})

const NUMBERS = PROBE_FIELD_NAMES.flatMap((name) => {
  const { check } = PROBE_FIELDS[name]
  return check.kind === 'number' ? [{ name, ...check }] : []
})

/** The next double above, or below. */
function neighbour(value: number, direction: 1 | -1): number {
  const step = Math.abs(value) * Number.EPSILON || Number.MIN_VALUE
  return value + direction * step
}

test.each(NUMBERS)('validator and table agree on the limits of $name', ({ name, min, max }) => {
  const bothTake = (value: number) => {
    const document = { ...VALID, [name]: value }
    const isTaken = isFastPathValid(document)
    expect(isValidDto(document)).toBe(isTaken)
    return isTaken
  }
  expect([min, max].map(bothTake)).toEqual([true, true])
  const isFinite = Math.abs(max) < Number.MAX_VALUE
  if (isFinite) expect([neighbour(min, -1), neighbour(max, 1)].map(bothTake)).toEqual([false, false])
})

const TEXTS = PROBE_FIELD_NAMES.filter((name) => {
  const check: FieldCheck = PROBE_FIELDS[name].check
  return check.kind === 'text' && check.pattern === undefined
})

test.each(TEXTS)('validator and table agree on the length of %s', (name) => {
  const check: FieldCheck = PROBE_FIELDS[name].check
  const maxChars = check.kind === 'text' ? check.maxChars : 0
  const takes = (length: number) => {
    const document = { ...VALID, [name]: 'a'.repeat(length) }
    return [isFastPathValid(document), isValidDto(document)]
  }
  expect([takes(maxChars), takes(maxChars + 1)]).toEqual([
    [true, true],
    [false, false],
  ])
})

const REQUIRED: ProbeFieldName[] = PROBE_FIELD_NAMES.filter((name) => PROBE_FIELDS[name].isRequired)

test.each(PROBE_FIELD_NAMES)('validator and table agree on whether %s may be absent', (name) => {
  const document = { ...VALID, [name]: undefined }
  const isOptional = !REQUIRED.includes(name)
  expect([isFastPathValid(document), isValidDto(document)]).toEqual([isOptional, isOptional])
})

test('every field rejects a value of another kind', () => {
  for (const name of PROBE_FIELD_NAMES.filter((field) => field !== 'raw')) {
    const document = { ...VALID, [name]: { a: 1 } }
    expect([name, isFastPathValid(document), isValidDto(document)]).toEqual([name, false, false])
  }
})
