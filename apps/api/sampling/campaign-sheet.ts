/** A campaign on paper (A4, in three languages): what to test at each stop, and what counts. */
import { sentenceOf } from '#domain/rule'
import type { Language } from '../http/languages.js'
import type { CampaignSheet, CampaignStop } from './campaign-answer.js'
import { WORDS, networkText, operatorNameOf, testText } from './campaign-words.js'
import { SHEET_STYLE, escapeHtml, longDate, placeNameOf } from './route-sheet.js'

type Answer = CampaignSheet['answer']

/** A document that needs no script and no other file. */
export function campaignHtml({ answer, run, rule }: CampaignSheet, lang: Language): string {
  const words = WORDS[lang]
  const { area, stops, lengthM } = answer
  const areaName = escapeHtml(lang === 'ar' ? area.nameAr : area.nameFr)
  const title = `${escapeHtml(words.title)}${lang === 'ar' ? '،' : ','} ${areaName}`
  return `<!doctype html>
<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>
${SHEET_STYLE}
</style></head>
<body>
<h1>${title}</h1>
${answer.simulated ? `<p class="simulated">${escapeHtml(words.simulated)}</p>` : ''}
<p>${escapeHtml(words.run)} ${run.id} · ${escapeHtml(longDate(run.to, lang))} · ${escapeHtml(words.rule)} <bdi>${escapeHtml(rule.title[lang])}</bdi> (${rule.version}) · ${escapeHtml(words.way)} ${(lengthM / 1000).toFixed(0)} km</p>
<p><small>${escapeHtml(sentenceOf(rule)[lang])}</small></p>
${stops.length === 0 ? `<p>${escapeHtml(words.none)}</p>` : `${termsHtml(answer, lang)}\n${tableHtml(answer, lang)}`}
${answer.isCut ? `<p><b>${escapeHtml(words.cut)}</b></p>` : ''}
</body></html>
`
}

/** The SIMs that the team brings, and what a test must be to count. */
function termsHtml({ operators, counting }: Answer, lang: Language): string {
  const words = WORDS[lang]
  const sims = operators.map(
    ({ operator, stops }) => `${operatorNameOf(operator, lang)} (${words.stops(stops)})`,
  )
  const terms = [
    words.inCell,
    words.oneTechnology,
    words.perDay(counting.perDeviceDay, counting.perDevice),
    counting.hours && words.between(counting.hours.from, counting.hours.to),
  ].filter((term) => term !== null)
  const line = (label: string, texts: readonly string[]) =>
    `<p><b>${escapeHtml(label)}</b> <bdi>${texts.map(escapeHtml).join(' · ')}</bdi></p>`
  return `${line(words.bring, sims)}\n${line(words.counts, terms)}`
}

function tableHtml({ stops, counting }: Answer, lang: Language): string {
  const words = WORDS[lang]
  const headings = ['#', words.place, words.people, words.position, words.known, words.measure, words.done]
  const rows = stops.map((stop, i) => stopHtml(stop, i + 1, counting.hours, lang))
  return `<table><thead><tr>${headings.map((heading) => `<th>${heading}</th>`).join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>`
}

function stopHtml(
  stop: CampaignStop,
  number: number,
  hours: Answer['counting']['hours'],
  lang: Language,
): string {
  const words = WORDS[lang]
  const known = stop.partial === 'served' ? words.served(stop.operatorsMin) : words.none_tried
  const tests = stop.tests.map(
    (test) =>
      `<b><bdi>${escapeHtml(networkText(test, lang))}</bdi></b> ${escapeHtml(testText(test, hours, lang))}`,
  )
  return `<tr><td>${number}</td><td><bdi>${escapeHtml(placeNameOf(stop, lang))}</bdi></td>
<td class="n">${stop.population > 0 ? stop.population.toLocaleString('fr') : '–'}</td>
<td class="n" dir="ltr">${stop.lat.toFixed(5)}, ${stop.lng.toFixed(5)}</td>
<td>${escapeHtml(known)}</td><td>${tests.join('<br>')}</td>
<td class="box"></td></tr>`
}
