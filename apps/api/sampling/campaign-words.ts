/** The sentences of a campaign in three languages, for its files. */
import type { DecidingTest, TestOutcome } from '#domain/campaign'
import { OPERATOR_NAMES } from '#domain/operator'
import type { Technology } from '#domain/probe'
import type { Language } from '../http/languages.js'
import { PAPER_WORDS } from './paper.js'

export const WORDS = {
  en: {
    ...PAPER_WORDS.en,
    title: 'Measuring campaign',
    known: 'Known so far',
    measure: 'What to test',
    none: 'No place here of which something is known, but not its class.',
    cut: 'Only the most populated places were weighed: take the communes one by one.',
    bring: 'SIMs to bring',
    counts: 'What counts',
    served: (n: number) => `at least ${n} ${n === 1 ? 'operator serves' : 'operators serve'}`,
    none_tried: 'no operator that was tried serves',
    tests: ({ samples, samplesPerDay, days, devices }: DecidingTest) =>
      `${samples} tests: ${samplesPerDay} a day on ${days} ${days === 1 ? 'day' : 'days'}${devices > 1 ? `, with ${devices} devices at different places` : ''}`,
    hours: (n: number) => `at ${n} different hours of the day`,
    outcome: (serves: string, fails: string) => `if they pass: ${serves}; if there is no service: ${fails}`,
    perDay: (n: number, all: number) => `at most ${n} tests of a device a day, and ${all} altogether`,
    inCell: 'tests in the hexagon of the place, on the network of the operator and not on Wi-Fi',
    oneTechnology: 'all by the technology that is named: those by another one count for it alone',
    white: 'white',
    grey: 'grey',
    black: 'black',
    unknown: 'still open',
    stops: (n: number) => `${n} ${n === 1 ? 'place' : 'places'}`,
  },
  fr: {
    ...PAPER_WORDS.fr,
    title: 'Campagne de mesure',
    known: 'Connu à ce jour',
    measure: 'À tester',
    none: 'Aucun lieu ici dont on sache quelque chose sans en connaître la classe.',
    cut: 'Seuls les lieux les plus peuplés ont été examinés : prenez les communes une à une.',
    bring: 'SIM à emporter',
    counts: 'Ce qui compte',
    served: (n: number) => `au moins ${n} ${n === 1 ? 'opérateur dessert' : 'opérateurs desservent'}`,
    none_tried: 'aucun opérateur essayé ne dessert',
    tests: ({ samples, samplesPerDay, days, devices }: DecidingTest) =>
      `${samples} tests : ${samplesPerDay} par jour, ${days} ${days === 1 ? 'jour' : 'jours'}${devices > 1 ? `, avec ${devices} appareils à des endroits différents` : ''}`,
    hours: (n: number) => `à ${n} heures différentes de la journée`,
    outcome: (serves: string, fails: string) => `s’ils réussissent : ${serves} ; sans service : ${fails}`,
    perDay: (n: number, all: number) => `au plus ${n} tests d’un appareil par jour, et ${all} en tout`,
    inCell: 'les tests dans l’hexagone du lieu, sur le réseau de l’opérateur et non en Wi-Fi',
    oneTechnology: 'tous par la technologie nommée : ceux d’une autre ne comptent que pour elle',
    white: 'blanche',
    grey: 'grise',
    black: 'noire',
    unknown: 'encore indécis',
    stops: (n: number) => `${n} ${n === 1 ? 'lieu' : 'lieux'}`,
  },
  ar: {
    ...PAPER_WORDS.ar,
    title: 'حملة قياس',
    known: 'المعروف إلى الآن',
    measure: 'ما يجب اختباره',
    none: 'لا مكان هنا يُعرف عنه شيء دون أن تُعرف فئته.',
    cut: 'لم تُفحص إلا الأماكن الأكثر سكانا: خذوا الجماعات واحدة واحدة.',
    bring: 'الشرائح التي تُحمل',
    counts: 'ما يُحتسب',
    served: (n: number) => `عدد المتعهدين الذين يقدمون الخدمة على الأقل: ${n}`,
    none_tried: 'لا أحد من المتعهدين المجرَّبين يقدم الخدمة',
    tests: ({ samples, samplesPerDay, days, devices }: DecidingTest) =>
      `عدد الاختبارات ${samples}: ${samplesPerDay} في اليوم، عدد الأيام ${days}${devices > 1 ? `، بعدد من الأجهزة في أماكن مختلفة: ${devices}` : ''}`,
    hours: (n: number) => `في ساعات مختلفة من اليوم: ${n}`,
    outcome: (serves: string, fails: string) => `إن نجحت: ${serves}؛ وإن لم توجد خدمة: ${fails}`,
    perDay: (n: number, all: number) => `حد الاختبارات لجهاز واحد: ${n} في اليوم و${all} إجمالا`,
    inCell: 'الاختبارات داخل سداسي المكان، على شبكة المتعهد وليس على الواي فاي',
    oneTechnology: 'كلها بالتكنولوجيا المسماة: ما كان بغيرها يُحتسب لها وحدها',
    white: 'بيضاء',
    grey: 'رمادية',
    black: 'سوداء',
    unknown: 'ما زالت غير محسومة',
    stops: (n: number) => `عدد الأماكن ${n}`,
  },
} as const

export const operatorNameOf = (operator: string, lang: Language): string =>
  operator in OPERATOR_NAMES ? OPERATOR_NAMES[operator as keyof typeof OPERATOR_NAMES][lang] : operator

/** Abbreviations are the same in every language. */
const technologyNameOf = (technology: Technology): string => technology.toUpperCase()

/** `Orange Maroc (4G)`. */
export const networkText = ({ operator, technology }: DecidingTest, lang: Language): string =>
  `${operatorNameOf(operator, lang)} (${technologyNameOf(technology)})`

/** The tests to make, and what each outcome would mean. */
export function testText(
  test: DecidingTest,
  hours: { from: number; to: number } | null,
  lang: Language,
): string {
  const words = WORDS[lang]
  const parts = [
    words.tests(test),
    test.hours > 1 ? words.hours(test.hours) : null,
    hours && words.between(hours.from, hours.to),
    words.outcome(outcomeText(test.ifServes, lang), outcomeText(test.ifNot, lang)),
  ]
  return parts.filter((part) => part !== null).join(' · ')
}

const outcomeText = (outcome: TestOutcome, lang: Language): string => WORDS[lang][outcome.class]
