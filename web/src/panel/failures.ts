/** The measurements that do not pass, by the way they fail, in words: a median beside them is of those with service only. */
import { FAILURE_KINDS } from '#domain/verdict'
import type { Network } from '../api/schemas.js'
import { type Localizer, listText } from '../language/language.js'

interface FailingSamples {
  samples: number
  passes: number
  failures?: Network['failures'] | undefined
}

/** The failures as a list; empty if there are none, or nothing is known of them. */
export function failuresText(words: Localizer, { samples, passes, failures }: FailingSamples): string {
  if (!failures || passes === samples) return ''
  const { t, number } = words
  const texts = FAILURE_KINDS.flatMap((kind) => {
    const count = failures[kind] ?? 0
    return count > 0 ? [t(`failure_${kind}`, { n: count })] : []
  })
  const counted = FAILURE_KINDS.reduce((sum, kind) => sum + (failures[kind] ?? 0), 0)
  const failing = samples - passes
  // Only the number without service is public if few measurements had service.
  if (counted < failing) texts.push(t('failure_other', { n: number(failing - counted) }))
  return listText(words, texts) + (counted > failing ? ` ${t('failuresOverlap')}` : '')
}
