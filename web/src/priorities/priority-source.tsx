import type { PartProps } from './part-props.js'
import { WORDS } from './words.js'

/** Source of the figures: run, rule, window, and the time at which localities and sites were read. */
export function PrioritySource({ words, run, rule, takenAt }: PartProps & { takenAt: string | null }) {
  const t = words.translatorOf(WORDS)
  if (takenAt === null) return null
  return (
    <p class="source">
      {t('source', {
        run: String(run.id),
        rule: rule.title[words.lang],
        from: words.date(run.from),
        to: words.date(run.to),
        taken: words.dateTime(takenAt),
      })}
      {rule.assumption && ` (${words.t('assumption')})`}
    </p>
  )
}
