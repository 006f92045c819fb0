/** A campaign on paper (A4, in three languages): what to test at each stop, and what counts. */
import type { Language } from '../http/languages.js'
import type { CampaignSheet, CampaignStop } from './campaign-answer.js'
import { WORDS, networkText, operatorNameOf, testText } from './campaign-words.js'
import { escapeHtml, paperHtml, stopTableHtml } from './paper.js'

type Answer = CampaignSheet['answer']

export function campaignHtml({ answer, run, rule }: CampaignSheet, lang: Language): string {
  const words = WORDS[lang]
  const { area, stops, lengthM, simulated: isSimulated } = answer
  const body = `${stops.length === 0 ? `<p>${escapeHtml(words.none)}</p>` : `${termsHtml(answer, lang)}\n${tableHtml(answer, lang)}`}
${answer.isCut ? `<p><b>${escapeHtml(words.cut)}</b></p>` : ''}`
  return paperHtml({ title: words.title, area, run, rule, lengthM, isSimulated }, body, lang)
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
  const rows = stops.map((place) => ({
    place,
    cells: [
      escapeHtml(place.partial === 'served' ? words.served(place.operatorsMin) : words.none_tried),
      testsHtml(place, counting.hours, lang),
    ],
  }))
  return stopTableHtml(rows, [words.known, words.measure], lang)
}

const testsHtml = ({ tests }: CampaignStop, hours: Answer['counting']['hours'], lang: Language): string =>
  tests
    .map(
      (test) =>
        `<b><bdi>${escapeHtml(networkText(test, lang))}</bdi></b> ${escapeHtml(testText(test, hours, lang))}`,
    )
    .join('<br>')
