/** What of a dispute each reader sees: the public its subject, states, dates and decision, and no private person. */
import {
  type DisputeAction,
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

/** Who speaks: everybody sees the role, and the operator that an account speaks for. */
export interface SeenAuthor {
  role: DisputeAuthor['role']
  operator: string | null
  /** Of the account, or the device's id; null for the public. */
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
  /** In the words of who opened it; null for the public. */
  claim: string | null
  /** Whole days until the deadline; negative once it is over. */
  daysLeft: number
  /** Unfinished, and past its deadline. */
  overdue: boolean
  /** Opened by the reader. */
  mine: boolean
}

/** What happened, in order. */
export interface SeenDisputeEvent extends Pick<DisputeEventRow, 'number' | 'at' | 'action' | 'state'> {
  author: SeenAuthor
  /** Null where the public may not read it: it reads the comments of decisions. */
  comment: string | null
}

/** A dispute with its history. */
export interface SeenDisputeDetail extends SeenDispute {
  /** Probes named as evidence; null for the public. */
  probeIds: string[] | null
  /** A document described without a link; null for the public. */
  reference: string | null
  events: SeenDisputeEvent[]
  /** Attached documents; null for who may not read them. */
  documents: DisputeDocumentRow[] | null
  /** What the reader may do now. */
  actions: DisputeAction[]
}

/** Null: nobody is signed in. Milliseconds since 1970. */
export interface DisputeViewer {
  who: DisputeAuthor | null
  now: number
}

export function seenDispute(row: DisputeRow, { who, now }: DisputeViewer): SeenDispute {
  const { openedBy, openerRole, openerOperator, siteCode, claim, ...open } = row
  const standing = disputeRelationOf(row, who)
  const isParty = standing.isOpener || standing.isPlanner
  const [lng, lat] = centreOf(row.h3)
  return {
    ...open,
    lat,
    lng,
    opener: { role: openerRole, operator: openerOperator, name: isParty ? openedBy : null },
    siteCode: isParty ? siteCode : null,
    claim: isParty ? claim : null,
    daysLeft: daysLeft(row.dueBy.getTime(), now),
    overdue: isOverdue(row.state, row.dueBy.getTime(), now),
    mine: standing.isOpener,
  }
}

export function seenDetail(
  { probeIds, reference, ...row }: DisputeDetailRow,
  events: readonly DisputeEventRow[],
  documents: DisputeDocumentRow[],
  reader: DisputeViewer,
): SeenDisputeDetail {
  const standing = disputeRelationOf(row, reader.who)
  const isParty = standing.isOpener || standing.isPlanner
  return {
    ...seenDispute(row, reader),
    probeIds: isParty ? probeIds : null,
    reference: isParty ? reference : null,
    events: events.map((event) => seenEvent(event, standing)),
    documents: hasDocumentAccess(standing, row.state) ? documents : null,
    actions: actionsOf(row.state, partyOf(standing)),
  }
}

/** Planners see who spoke; who opened it sees what was said, and by which role. */
function seenEvent(
  { author, authorRole, authorOperator, comment, ...event }: DisputeEventRow,
  { isOpener, isPlanner }: { isOpener: boolean; isPlanner: boolean },
): SeenDisputeEvent {
  const reads = isOpener || isPlanner || isDecision(event.action)
  return {
    ...event,
    author: { role: authorRole, operator: authorOperator, name: isPlanner ? author : null },
    comment: reads ? comment : null,
  }
}
