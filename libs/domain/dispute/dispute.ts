/** Disputes: somebody contests a verdict or a declaration; somebody else decides, and all that was said stays visible. */
import { CLASSES } from '../verdict/verdict.js'

/** Overdue is no state: it follows from the deadline and the moment at which it is asked for. */
export const DISPUTE_STATES = [
  'open',
  'under_review',
  'more_asked',
  'answered',
  'upheld',
  'rejected',
  'withdrawn',
] as const
export type DisputeState = (typeof DISPUTE_STATES)[number]

export const FINISHED_STATES = ['upheld', 'rejected', 'withdrawn'] as const satisfies readonly DisputeState[]

export const isFinished = (state: DisputeState): boolean =>
  (FINISHED_STATES as readonly DisputeState[]).includes(state)

export const DISPUTE_SUBJECTS = ['verdict', 'declaration'] as const
export type DisputeSubject = (typeof DISPUTE_SUBJECTS)[number]

/** What may be claimed instead: of a verdict another class, of a declaration that the network is slower or not there. */
export const CLAIMS = {
  verdict: CLASSES,
  declaration: ['slower', 'absent'],
} as const satisfies Record<DisputeSubject, readonly string[]>
export type ClaimedState = (typeof CLAIMS)[DisputeSubject][number]

export const isClaimOf = (subject: DisputeSubject, claimed: ClaimedState): boolean =>
  (CLAIMS[subject] as readonly string[]).includes(claimed)

/** What can be done to a dispute that was opened. */
export const DISPUTE_ACTIONS = ['comment', 'review', 'ask', 'answer', 'uphold', 'reject', 'withdraw'] as const
export type DisputeAction = (typeof DISPUTE_ACTIONS)[number]

/** Who somebody is in one dispute: who opened it never decides it, whatever their role. */
export type DisputeParty = 'opener' | 'reviewer' | 'reader'

export function partyOf({ isOpener, isPlanner }: { isOpener: boolean; isPlanner: boolean }): DisputeParty {
  return isOpener ? 'opener' : isPlanner ? 'reviewer' : 'reader'
}

/** Who opened a dispute reads its documents while it runs; planners, who answer for decisions, at any time. */
export const hasDocumentAccess = (
  { isOpener, isPlanner }: { isOpener: boolean; isPlanner: boolean },
  state: DisputeState,
): boolean => isPlanner || (isOpener && !isFinished(state))

interface DisputeTransition {
  from: readonly DisputeState[]
  /** Null: the state stays. */
  to: DisputeState | null
  by: readonly DisputeParty[]
}

const UNFINISHED_STATES = ['open', 'under_review', 'more_asked', 'answered'] as const
/** Also while an answer is awaited: one that never comes must not keep a dispute open for ever. */
const REVIEWABLE_STATES = ['under_review', 'more_asked', 'answered'] as const

const DISPUTE_TRANSITIONS: Readonly<Record<DisputeAction, DisputeTransition>> = {
  comment: { from: UNFINISHED_STATES, to: null, by: ['opener', 'reviewer'] },
  review: { from: ['open'], to: 'under_review', by: ['reviewer'] },
  ask: { from: ['under_review', 'answered'], to: 'more_asked', by: ['reviewer'] },
  answer: { from: ['more_asked'], to: 'answered', by: ['opener'] },
  uphold: { from: REVIEWABLE_STATES, to: 'upheld', by: ['reviewer'] },
  reject: { from: REVIEWABLE_STATES, to: 'rejected', by: ['reviewer'] },
  withdraw: { from: UNFINISHED_STATES, to: 'withdrawn', by: ['opener'] },
}

/** Whose decision it is: its comment is public. */
export const isDecision = (action: DisputeAction | 'open'): boolean =>
  action === 'uphold' || action === 'reject'

export const isActionOpenTo = (action: DisputeAction, party: DisputeParty): boolean =>
  DISPUTE_TRANSITIONS[action].by.includes(party)

/** The state after an action; null where the state does not allow it. */
export function stateAfter(state: DisputeState, action: DisputeAction): DisputeState | null {
  const { from, to } = DISPUTE_TRANSITIONS[action]
  return from.includes(state) ? (to ?? state) : null
}

/** What somebody may do now. */
export const actionsOf = (state: DisputeState, party: DisputeParty): DisputeAction[] =>
  DISPUTE_ACTIONS.filter((action) => isActionOpenTo(action, party) && stateAfter(state, action) !== null)

const DAY_MS = 86_400_000

/** A project assumption: no Moroccan text names a deadline for contesting a coverage map. */
export const DISPUTE_DAYS = 30

/** Milliseconds since 1970. */
export const deadlineOf = (openedAt: number): number => openedAt + DISPUTE_DAYS * DAY_MS

export const isOverdue = (state: DisputeState, dueBy: number, now: number): boolean =>
  !isFinished(state) && now > dueBy

/** Whole days until the deadline, a begun one counted; negative once it is over: -1 is the first day late. */
export function daysLeft(dueBy: number, now: number): number {
  const days = (dueBy - now) / DAY_MS
  return days >= 0 ? Math.ceil(days) : Math.floor(days)
}

/** What keeps a reviewer's desk and the database from being flooded. */
export const DISPUTE_LIMITS = {
  /** Unfinished disputes of one account, and of one device. */
  openPerAccount: 20,
  openPerDevice: 3,
  /** Of one dispute, over all its events. */
  documents: 5,
  documentBytes: 1024 * 1024,
  events: 200,
  probes: 20,
} as const

/** Evidence is attached or described, not linked: a link may change after it was read, or lead anywhere. */
export const hasLink = (text: string): boolean =>
  /\b[a-z][a-z0-9+.-]*:\/\/|\bwww\.|\bmailto:|\bdata:|\bjavascript:/i.test(text)
