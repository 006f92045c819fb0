/** The plain sentences that describe a rule in each language, made from its data. */
import { MBIT_BPS } from '../units/units.js'
import type { Rule, Words } from './rule.js'

interface SentenceParts {
  /** Download, or download/upload, in Mbit/s. */
  speed: string
  /** Share of samples that must pass, per cent. */
  share: string
  /** Minimum probability of a class, per cent. */
  classConfidence: string
}

/** The description of a rule that is shown beside the map. */
export function sentenceOf(rule: Rule): Words {
  return {
    en: english(rule, sentencePartsOf(rule)),
    fr: french(rule, sentencePartsOf(rule)),
    ar: arabic(rule, sentencePartsOf(rule)),
  }
}

function sentencePartsOf(rule: Rule): SentenceParts {
  const mbitText = (bps: number) => String(bps / MBIT_BPS)
  const speed = [rule.minDownloadBps, rule.minUploadBps].filter((v) => v !== null).map(mbitText)
  return {
    speed: speed.join('/'),
    share: percentText(rule.passShare),
    classConfidence: percentText(rule.classConfidence),
  }
}

const percentText = (share: number) => String(Math.round(share * 1000) / 10)

/** A part of the sentence that only some rules need. */
const textIf = (isNeeded: boolean, text: string): string => (isNeeded ? text : '')

function english(r: Rule, { speed, share, classConfidence }: SentenceParts): string {
  return (
    `A network is present when at least ${share} % of its measurements reach ${speed} Mbit/s` +
    textIf(r.maxLatencyMs !== null, ` within ${r.maxLatencyMs} ms`) +
    textIf(r.maxLossRatio !== null, ` losing at most ${percentText(r.maxLossRatio ?? 0)} % of packets`) +
    textIf(r.peakHours !== null, ` between ${r.peakHours?.from}:00 and ${r.peakHours?.to}:00`) +
    `, with ${percentText(r.confidence)} % confidence, from at least ${r.minSamples} measurements` +
    textIf(r.minDevices > 1, ` by ${r.minDevices} devices`) +
    ` on ${r.minDays} days and at ${r.minHours} different hours of the last ${r.validityDays} days. One device counts for ` +
    `at most ${r.deviceDayCap} measurements a day and ${r.deviceCap} in all` +
    textIf(
      r.halfWeightAfterDays !== null,
      `; after ${r.halfWeightAfterDays} days a measurement counts half`,
    ) +
    `. A network that was decided ${r.settleDays} days ago stays so while ${percentText(r.keepConfidence)} % confidence remains. ` +
    `${r.blackFrom} operators or more: black; fewer: grey; ${r.roster ? 'none' : 'none of those measured'}: white; not enough evidence, or a class ` +
    `less than ${classConfidence} % sure: undecided.` +
    textIf(
      r.roster !== null,
      ' An operator that may serve but was not tried counts by its probability: it is neither absent nor present.',
    ) +
    textIf(r.declaredCounts, ' A declared network counts where nothing measured contradicts it.') +
    textIf(r.planningHorizonDays !== null, ` A network promised within ${r.planningHorizonDays} days counts.`)
  )
}

function french(r: Rule, { speed, share, classConfidence }: SentenceParts): string {
  return (
    `Un réseau est présent quand au moins ${share} % de ses mesures atteignent ${speed} Mbit/s` +
    textIf(r.maxLatencyMs !== null, ` en ${r.maxLatencyMs} ms au plus`) +
    textIf(r.maxLossRatio !== null, ` avec au plus ${percentText(r.maxLossRatio ?? 0)} % de paquets perdus`) +
    textIf(r.peakHours !== null, ` entre ${r.peakHours?.from} h et ${r.peakHours?.to} h`) +
    `, avec une confiance de ${percentText(r.confidence)} %, sur au moins ${r.minSamples} mesures` +
    textIf(r.minDevices > 1, ` de ${r.minDevices} appareils`) +
    `, ${r.minDays} jours et ${r.minHours} heures différentes des ${r.validityDays} derniers jours. Un appareil compte pour ` +
    `${r.deviceDayCap} mesures par jour et ${r.deviceCap} en tout, au plus` +
    textIf(
      r.halfWeightAfterDays !== null,
      ` ; après ${r.halfWeightAfterDays} jours une mesure compte pour moitié`,
    ) +
    `. Un réseau décidé il y a ${r.settleDays} jours le reste tant que la confiance atteint ${percentText(r.keepConfidence)} %. ` +
    `${r.blackFrom} opérateurs ou plus : noire ; moins : grise ; ${r.roster ? 'aucun' : 'aucun de ceux mesurés'} : blanche ; pas assez de preuves, ou ` +
    `une classe sûre à moins de ${classConfidence} % : indécise.` +
    textIf(
      r.roster !== null,
      ' Un opérateur qui peut desservir et que personne n’a essayé compte par sa probabilité : il n’est ni absent ni présent.',
    ) +
    textIf(r.declaredCounts, ' Un réseau déclaré compte là où aucune mesure ne le contredit.') +
    textIf(r.planningHorizonDays !== null, ` Un réseau promis d’ici ${r.planningHorizonDays} jours compte.`)
  )
}

function arabic(r: Rule, { speed, share, classConfidence }: SentenceParts): string {
  return (
    `تُعد الشبكة حاضرة إذا بلغ ${share}٪ على الأقل من قياساتها ${speed} ميغابت/ث` +
    textIf(r.maxLatencyMs !== null, ` في حدود ${r.maxLatencyMs} م.ث`) +
    textIf(r.maxLossRatio !== null, ` مع فقدان ${percentText(r.maxLossRatio ?? 0)}٪ من الرزم على الأكثر`) +
    textIf(r.peakHours !== null, ` بين الساعة ${r.peakHours?.from} والساعة ${r.peakHours?.to}`) +
    `، بثقة ${percentText(r.confidence)}٪، انطلاقا من ${r.minSamples} قياسا على الأقل` +
    textIf(r.minDevices > 1, ` من ${r.minDevices} أجهزة`) +
    `، في ${r.minDays} أيام و${r.minHours} ساعات مختلفة خلال آخر ${r.validityDays} يوما. لا يُحتسب للجهاز الواحد أكثر من ` +
    `${r.deviceDayCap} قياسات في اليوم و${r.deviceCap} في المجموع` +
    textIf(r.halfWeightAfterDays !== null, `، وبعد ${r.halfWeightAfterDays} يوما يُحتسب القياس بالنصف`) +
    `. والشبكة التي حُسم أمرها قبل ${r.settleDays} يوما تبقى كذلك ما دامت الثقة ${percentText(r.keepConfidence)}٪. ` +
    `${r.blackFrom} متعهدين أو أكثر: سوداء؛ أقل: رمادية؛ ${r.roster ? 'لا أحد' : 'لا أحد ممن قيسوا'}: بيضاء؛ أدلة غير كافية أو صنف ثقته دون ${classConfidence}٪: ` +
    `غير محسومة.` +
    textIf(
      r.roster !== null,
      ' والمتعهد الذي يمكنه أن يخدم ولم يجربه أحد يُحتسب باحتماله: فلا هو غائب ولا هو حاضر.',
    ) +
    textIf(r.declaredCounts, ' وتُحتسب الشبكة المصرح بها حيث لا يناقضها أي قياس.') +
    textIf(r.planningHorizonDays !== null, ` وتُحتسب الشبكة الموعود بها خلال ${r.planningHorizonDays} يوما.`)
  )
}
