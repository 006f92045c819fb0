/** Disputes: one person contests a verdict or a declaration, another one decides, and every step stays visible. Pure. */
import { DAY_MS } from '../units/units.js'
import { CLASSES } from '../verdict/class.js'

/** Being overdue is not a state: it follows from the deadline and the current time (see `isOverdue`). */
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

/** The final states, which no action changes. */
export const FINISHED_STATES = ['upheld', 'rejected', 'withdrawn'] as const satisfies readonly DisputeState[]

export const isFinished = (state: DisputeState): boolean =>
  (FINISHED_STATES as readonly DisputeState[]).includes(state)

export const DISPUTE_SUBJECTS = ['verdict', 'declaration'] as const
export type DisputeSubject = (typeof DISPUTE_SUBJECTS)[number]

/** The possible claims: another class instead of a verdict; that a declared network is slower or absent. */
export const CLAIMS = {
  verdict: CLASSES,
  declaration: ['slower', 'absent'],
} as const satisfies Record<DisputeSubject, readonly string[]>
export type ClaimedState = (typeof CLAIMS)[DisputeSubject][number]

/** Whether this state may be claimed for this kind of subject. */
export const isClaimOf = (subject: DisputeSubject, claimed: ClaimedState): boolean =>
  (CLAIMS[subject] as readonly string[]).includes(claimed)

/** The actions on a dispute that has been opened. */
export const DISPUTE_ACTIONS = ['comment', 'review', 'ask', 'answer', 'uphold', 'reject', 'withdraw'] as const
export type DisputeAction = (typeof DISPUTE_ACTIONS)[number]

/**
 * The role of a person in one dispute. Whoever opened a dispute never decides it, whatever their account's role. A `respondent` acts for
 * the operator whose declaration is contested.
 */
export type DisputeParty = 'opener' | 'reviewer' | 'respondent' | 'reader'

/** The part that somebody has in one dispute. */
export interface DisputeRelation {
  isOpener: boolean
  isPlanner: boolean
  /** Whether they act for the operator whose declaration is contested. */
  isRespondent: boolean
}

export function partyOf({ isOpener, isPlanner, isRespondent }: DisputeRelation): DisputeParty {
  if (isOpener) return 'opener'
  if (isPlanner) return 'reviewer'
  return isRespondent ? 'respondent' : 'reader'
}

/**
 * The opener may read a dispute's documents until it is finished; planners, who answer for the decision, at any time. The operator may
 * not, because a document may name the person who contests.
 */
export const hasDocumentAccess = (
  { isOpener, isPlanner }: Pick<DisputeRelation, 'isOpener' | 'isPlanner'>,
  state: DisputeState,
): boolean => isPlanner || (isOpener && !isFinished(state))

interface DisputeTransition {
  from: readonly DisputeState[]
  /** The state after the action; null if the action does not change it. */
  to: DisputeState | null
  by: readonly DisputeParty[]
}

const UNFINISHED_STATES = ['open', 'under_review', 'more_asked', 'answered'] as const
/** Includes the state in which an answer is awaited: an answer that never comes must not keep a dispute open for ever. */
const REVIEWABLE_STATES = ['under_review', 'more_asked', 'answered'] as const

const DISPUTE_TRANSITIONS: Readonly<Record<DisputeAction, DisputeTransition>> = {
  comment: { from: UNFINISHED_STATES, to: null, by: ['opener', 'reviewer', 'respondent'] },
  review: { from: ['open'], to: 'under_review', by: ['reviewer'] },
  ask: { from: ['under_review', 'answered'], to: 'more_asked', by: ['reviewer'] },
  answer: { from: ['more_asked'], to: 'answered', by: ['opener', 'respondent'] },
  uphold: { from: REVIEWABLE_STATES, to: 'upheld', by: ['reviewer'] },
  reject: { from: REVIEWABLE_STATES, to: 'rejected', by: ['reviewer'] },
  withdraw: { from: UNFINISHED_STATES, to: 'withdrawn', by: ['opener'] },
}

/** Whether the action decides the dispute; the comment of a decision is public. */
export const isDecision = (action: DisputeAction | 'open'): boolean =>
  action === 'uphold' || action === 'reject'

/** Whether this action is ever open to this party. */
export const isActionOpenTo = (action: DisputeAction, party: DisputeParty): boolean =>
  DISPUTE_TRANSITIONS[action].by.includes(party)

/** The state after an action; null where the state does not allow the action. */
export function stateAfter(state: DisputeState, action: DisputeAction): DisputeState | null {
  const { from, to } = DISPUTE_TRANSITIONS[action]
  return from.includes(state) ? (to ?? state) : null
}

/** The actions that this party may take in this state. */
export const actionsOf = (state: DisputeState, party: DisputeParty): DisputeAction[] =>
  DISPUTE_ACTIONS.filter((action) => isActionOpenTo(action, party) && stateAfter(state, action) !== null)

/**
 * The period of a decision, an assumption of the project: no Moroccan text sets a deadline for contesting a coverage
 * map.
 */
export const DISPUTE_DAYS = 30

/** Time by which a dispute should be decided; both times are milliseconds since 1970. */
export const deadlineOf = (openedAt: number): number => openedAt + DISPUTE_DAYS * DAY_MS

/** Whether an unfinished dispute is past its deadline; both times are milliseconds since 1970. */
export const isOverdue = (state: DisputeState, dueBy: number, now: number): boolean =>
  !isFinished(state) && now > dueBy

/** Days until the deadline, rounded up; negative once it has passed, -1 during the first day after it. */
export function daysLeft(dueBy: number, now: number): number {
  const days = (dueBy - now) / DAY_MS
  return days >= 0 ? Math.ceil(days) : Math.floor(days)
}

/** Limits that keep the reviewers and the database from being flooded. */
export const DISPUTE_LIMITS = {
  /** Number of unfinished disputes that one account may have. */
  openPerAccount: 20,
  /** Number of unfinished disputes that one device may have. */
  openPerDevice: 3,
  /** Number of documents of one dispute, over all its events; the limits below are those of one dispute as well. */
  documents: 5,
  documentBytes: 1024 * 1024,
  events: 200,
  probes: 20,
} as const

/** Whether a text has a link. Evidence must be attached or described, because a link's content may change later. */
export const hasLink = (text: string): boolean =>
  /\b[a-z][a-z0-9+.-]*:\/\/|\bwww\.|\bmailto:|\bdata:|\bjavascript:/i.test(text)
