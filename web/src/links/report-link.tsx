import type { Run } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'

/** Link to the printable report about an area: same run and rule, in the language of this page. */
export function ReportLink({ words: { lang, t }, run, code }: { words: Localizer; run: Run; code: string }) {
  const query = new URLSearchParams({ lang, run: String(run.id), rule: run.rule }).toString()
  return (
    <p class="report">
      <a class="button" href={`report/${code}?${query}`} target="_blank" rel="noopener">
        {t('report')}
      </a>
    </p>
  )
}
