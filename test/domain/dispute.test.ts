import {
  CLAIMS,
  DISPUTE_ACTIONS,
  DISPUTE_DAYS,
  DISPUTE_STATES,
  DISPUTE_SUBJECTS,
  type DisputeAction,
  type DisputeParty,
  type DisputeState,
  actionsOf,
  daysLeft,
  deadlineOf,
  hasLink,
  isClaimOf,
  isActionOpenTo,
  isFinished,
  isOverdue,
  partyOf,
  hasDocumentAccess,
  stateAfter,
} from '#domain/dispute'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const DAY = 86_400_000
const PARTIES = ['opener', 'reviewer', 'respondent', 'reader'] as const

/** Every allowed transition: `state action` to the state after it. All others are refused. */
const WAYS: Readonly<Record<string, DisputeState>> = {
  'open comment': 'open',
  'open review': 'under_review',
  'open withdraw': 'withdrawn',
  'under_review comment': 'under_review',
  'under_review ask': 'more_asked',
  'under_review uphold': 'upheld',
  'under_review reject': 'rejected',
  'under_review withdraw': 'withdrawn',
  'more_asked comment': 'more_asked',
  'more_asked answer': 'answered',
  'more_asked uphold': 'upheld',
  'more_asked reject': 'rejected',
  'more_asked withdraw': 'withdrawn',
  'answered comment': 'answered',
  'answered ask': 'more_asked',
  'answered uphold': 'upheld',
  'answered reject': 'rejected',
  'answered withdraw': 'withdrawn',
}

const BY: Readonly<Record<DisputeAction, readonly DisputeParty[]>> = {
  comment: ['opener', 'reviewer', 'respondent'],
  review: ['reviewer'],
  ask: ['reviewer'],
  answer: ['opener', 'respondent'],
  uphold: ['reviewer'],
  reject: ['reviewer'],
  withdraw: ['opener'],
}

test.each(DISPUTE_STATES.flatMap((state) => DISPUTE_ACTIONS.map((action) => [state, action] as const)))(
  'from %s, %s leads to its state, or is refused',
  (state, action) => {
    expect(stateAfter(state, action)).toBe(WAYS[`${state} ${action}`] ?? null)
    for (const party of PARTIES) {
      expect(isActionOpenTo(action, party)).toBe(BY[action].includes(party))
      expect(actionsOf(state, party).includes(action)).toBe(
        BY[action].includes(party) && `${state} ${action}` in WAYS,
      )
    }
  },
)

test('a finished dispute stays finished, and every other one can be finished', () => {
  for (const state of DISPUTE_STATES) {
    const all = PARTIES.flatMap((party) => actionsOf(state, party))
    if (isFinished(state)) expect(all).toEqual([])
    else expect(actionsOf(state, 'opener')).toContain('withdraw')
  }
})

test('nobody decides a dispute that they opened, nor the operator whose declaration is contested', () => {
  for (const isPlanner of [true, false])
    for (const isRespondent of [true, false]) {
      const party = partyOf({ isOpener: true, isPlanner, isRespondent })
      expect(party).toBe('opener')
    }
  for (const party of ['opener', 'respondent'] as const)
    for (const state of DISPUTE_STATES)
      for (const action of ['review', 'ask', 'uphold', 'reject'] as const)
        expect(actionsOf(state, party)).not.toContain(action)
  expect(partyOf({ isOpener: false, isPlanner: true, isRespondent: false })).toBe('reviewer')
  expect(partyOf({ isOpener: false, isPlanner: false, isRespondent: true })).toBe('respondent')
  expect(partyOf({ isOpener: false, isPlanner: false, isRespondent: false })).toBe('reader')
})

test('in any sequence of actions a decision follows a review by another person, and nothing follows it', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...DISPUTE_ACTIONS), { maxLength: 12 }), (actions) => {
      let state: DisputeState = 'open'
      const done: DisputeAction[] = []
      for (const action of actions) {
        const next = stateAfter(state, action)
        if (next === null) continue
        expect(isFinished(state)).toBe(false)
        state = next
        done.push(action)
      }
      if (state === 'upheld' || state === 'rejected') expect(done).toContain('review')
    }),
    { seed: 20261126 },
  )
})

test('planners always read the documents, the opener until the dispute is finished, nobody else ever', () => {
  for (const state of DISPUTE_STATES) {
    expect(hasDocumentAccess({ isOpener: false, isPlanner: true }, state)).toBe(true)
    expect(hasDocumentAccess({ isOpener: true, isPlanner: false }, state)).toBe(!isFinished(state))
    expect(hasDocumentAccess({ isOpener: false, isPlanner: false }, state)).toBe(false)
  }
})

test('being overdue follows from the deadline and the time, and only for an unfinished dispute', () => {
  const opened = Date.UTC(2026, 10, 1, 9)
  const due = deadlineOf(opened)
  expect(due - opened).toBe(DISPUTE_DAYS * DAY)
  for (const state of DISPUTE_STATES) {
    expect(isOverdue(state, due, due)).toBe(false)
    expect(isOverdue(state, due, due + 1)).toBe(!isFinished(state))
  }
  expect([daysLeft(due, opened), daysLeft(due, due - 1), daysLeft(due, due), daysLeft(due, due + 1)]).toEqual(
    [DISPUTE_DAYS, 1, 0, -1],
  )
  expect([daysLeft(due, due + DAY), daysLeft(due, due + DAY + 1)]).toEqual([-1, -2])
})

test('a claim belongs to its kind of subject', () => {
  for (const subject of DISPUTE_SUBJECTS)
    for (const other of DISPUTE_SUBJECTS)
      for (const claimed of CLAIMS[other]) expect(isClaimOf(subject, claimed)).toBe(subject === other)
})

test.each([
  ['https://example.org/a.pdf', true],
  ['see HTTP://x', true],
  ['www.example.ma', true],
  ['mailto:a@b.ma', true],
  ['javascript:alert(1)', true],
  ['PV n° 14/2026 du 3 mars, p. 2: réception', false],
  ['محضر رقم 14/2026', false],
])('%s: a link is %s', (text, expected) => {
  expect(hasLink(text)).toBe(expected)
})
