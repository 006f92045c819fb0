/**
 * The part of a dispute that each reader may see: the public sees its subject, states, dates and decision, and no
 * private person.
 */
import {
  type DisputeAction,
  type DisputeRelation,
  actionsOf,
  daysLeft,
  isDecision,
  isOverdue,
  partyOf,
  hasDocumentAccess,
} from '#domain/dispute'
import { centreOf } from '#geo'
import {
  type DisputeAuthor,
  type DisputeDetailRow,
  type DisputeDocumentRow,
  type DisputeEventRow,
  type DisputeRow,
  disputeRelationOf,
} from '#store/disputes'

/** Author of a dispute or of an event in it: everybody sees the role, and the operator for which an account acts. */
export interface SeenAuthor {
  role: DisputeAuthor['role']
  operator: string | null
  /** Name of the account, or id of the device; null for the public. */
  name: string | null
}

type RestrictedField = 'openedBy' | 'openerRole' | 'openerOperator' | 'siteCode' | 'claim'

/** A dispute in a list. */
export interface SeenDispute extends Omit<DisputeRow, RestrictedField> {
  /** The cell's centre, degrees. */
  lat: number
  lng: number
  opener: SeenAuthor
  /** The site of the device that opened it; null for the public. */
  siteCode: string | null
  /** The reason, as its author wrote it; null for the public. */
  claim: string | null
  /** Whole days until the deadline; negative after it. */
  daysLeft: number
  /** Whether the dispute is unfinished and past its deadline. */
  overdue: boolean
  /** Whether the reader opened it. */
  mine: boolean
}

/** One event of a dispute. */
export interface SeenDisputeEvent extends Pick<DisputeEventRow, 'number' | 'at' | 'action' | 'state'> {
  author: SeenAuthor
  /** The comment; null if the public may not read it: the public reads only the comments of decisions. */
  comment: string | null
}

/** A dispute with its history. */
export interface SeenDisputeDetail extends SeenDispute {
  /** Probes named as evidence; null for the public. */
  probeIds: string[] | null
  /** Description of a document, without a link; null for the public. */
  reference: string | null
  events: SeenDisputeEvent[]
  /** Attached documents; null for readers who may not open them. */
  documents: DisputeDocumentRow[] | null
  /** The actions that the reader may take now. */
  actions: DisputeAction[]
}

export interface DisputeViewer {
  /** The reader; null if nobody is signed in. */
  viewer: DisputeAuthor | null
  /** The current time, ms since 1970. */
  now: number
}

export function visibleDispute(row: DisputeRow, { viewer, now }: DisputeViewer): SeenDispute {
  const { openedBy, openerRole, openerOperator, siteCode, claim, ...publicFields } = row
  const relation = disputeRelationOf(row, viewer)
  const mayKnowWho = relation.isOpener || relation.isPlanner
  const [lng, lat] = centreOf(row.h3)
  return {
    ...publicFields,
    lat,
    lng,
    opener: { role: openerRole, operator: openerOperator, name: mayKnowWho ? openedBy : null },
    siteCode: mayKnowWho ? siteCode : null,
    claim: mayReadWords(relation) ? claim : null,
    daysLeft: daysLeft(row.dueBy.getTime(), now),
    overdue: isOverdue(row.state, row.dueBy.getTime(), now),
    mine: relation.isOpener,
  }
}

/** Who may read the claim, the evidence and the comments: the operator answers them, and is told no names. */
const mayReadWords = ({ isOpener, isPlanner, isRespondent }: DisputeRelation): boolean =>
  isOpener || isPlanner || isRespondent

export function visibleDetail(
  { probeIds, reference, ...row }: DisputeDetailRow,
  events: readonly DisputeEventRow[],
  documents: DisputeDocumentRow[],
  viewing: DisputeViewer,
): SeenDisputeDetail {
  const relation = disputeRelationOf(row, viewing.viewer)
  const isParty = mayReadWords(relation)
  return {
    ...visibleDispute(row, viewing),
    probeIds: isParty ? probeIds : null,
    reference: isParty ? reference : null,
    events: events.map((event) => visibleEvent(event, relation)),
    documents: hasDocumentAccess(relation, row.state) ? documents : null,
    actions: actionsOf(row.state, partyOf(relation)),
  }
}

/**
 * An event with the fields that the reader may see. A planner sees the name of each author. The opener sees all
 * comments, and the role of their authors, and so does the operator whose declaration is contested.
 */
function visibleEvent(
  { author, authorRole, authorOperator, comment, ...event }: DisputeEventRow,
  relation: DisputeRelation,
): SeenDisputeEvent {
  const mayReadComment = mayReadWords(relation) || isDecision(event.action)
  return {
    ...event,
    author: { role: authorRole, operator: authorOperator, name: relation.isPlanner ? author : null },
    comment: mayReadComment ? comment : null,
  }
}
