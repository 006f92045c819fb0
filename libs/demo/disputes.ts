/** Three simulated disputes: one just opened at a site, one overdue that waits for its opener's answer, and one upheld. */
import type { ClaimedState, DisputeAction } from '#domain/dispute'
import type { Class } from '#domain/verdict'
import { DAY_MS } from '#domain/units'
import { EVERY_CELL_RANGE, cellToSql } from '#geo'
import { type DisputeAuthor, addDisputeEvent, openDispute } from '#store/disputes'
import { type RunRow, latestRun } from '#store/runs'
import { listVerdicts } from '#store/verdicts'
import type { DataSource } from 'typeorm'

const author = (
  name: string,
  role: DisputeAuthor['role'],
  operator: string | null = null,
): DisputeAuthor => ({
  name,
  role,
  operator,
  siteCode: null,
  areas: null,
})
const AGENT = author('demonstration agent', 'public')
const OPERATOR = author('demonstration operator', 'operator', 'iam')
const PLANNER = author('demonstration planner', 'planner')

interface DemoDispute {
  /** The class that is contested, in the n-th cell that has it. */
  contestedClass: Class
  nth: number
  claimed: ClaimedState
  by: DisputeAuthor
  claim: string
  /** Days since it was opened; more than DISPUTE_DAYS make it overdue. */
  daysAgo: number
  events: readonly [daysAgo: number, DisputeAction, DisputeAuthor, string][]
}

const DISPUTES: readonly DemoDispute[] = [
  {
    contestedClass: 'grey',
    nth: 40,
    claimed: 'white',
    by: AGENT,
    claim: 'الشبكة منقطعة داخل المدرسة منذ شهرين، والقياسات أجريت قرب الطريق فقط.',
    daysAgo: 4,
    events: [],
  },
  {
    contestedClass: 'white',
    nth: 25,
    claimed: 'grey',
    by: OPERATOR,
    claim: 'Un nouveau site 4G a été mis en service dans ce douar ; les mesures datent d’avant.',
    daysAgo: 41,
    events: [
      [36, 'review', PLANNER, 'Dossier pris en charge par la cellule de suivi.'],
      [34, 'ask', PLANNER, 'Merci de joindre le procès-verbal de mise en service du site.'],
    ],
  },
  {
    contestedClass: 'grey',
    nth: 90,
    claimed: 'black',
    by: AGENT,
    claim: 'Un deuxième opérateur couvre la maison communale ; trois téléphones l’ont vérifié.',
    daysAgo: 20,
    events: [
      [17, 'review', PLANNER, 'Vérification demandée à la province.'],
      [9, 'uphold', PLANNER, 'La contestation est fondée : une campagne de mesures est demandée ici.'],
    ],
  },
]

/** Opens the disputes against the latest run of the rule. Nothing happens where there is no run or no such cell. */
export async function addDemoDisputes(source: DataSource, rule: string, now: Date): Promise<void> {
  const run = await latestRun(source.manager, rule)
  if (!run) return
  for (const dispute of DISPUTES) await addDispute(source, run, dispute, now)
}

async function addDispute(source: DataSource, run: RunRow, dispute: DemoDispute, now: Date): Promise<void> {
  const { contestedClass, nth, claimed, by, claim, daysAgo, events } = dispute
  const page = { after: '0', limit: nth, class: contestedClass, ranges: [EVERY_CELL_RANGE] }
  const cell = (await listVerdicts(source.manager, run, page)).at(-1)
  if (!cell) return
  const timeBefore = (days: number) => new Date(now.getTime() - days * DAY_MS)
  const attachments = { probeIds: [], reference: null, documents: [], simulated: true }
  const subject = { kind: 'verdict', run } as const
  const opened = await openDispute(
    source,
    { cell: cellToSql(cell.h3), subject, claimed, claim, ...attachments },
    by,
    timeBefore(daysAgo),
  )
  if ('refused' in opened) return
  for (const [days, action, eventAuthor, comment] of events)
    await addDisputeEvent(
      source,
      opened.id,
      { action, comment, documents: [] },
      eventAuthor,
      timeBefore(days),
    )
}
