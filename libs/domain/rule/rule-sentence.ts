/** A rule said in plain sentences per language, from its data. */
import type { Rule, Words } from './rule.js'

interface Parts {
  speed: string
  share: string
  sure: string
}

export function sentenceOf(rule: Rule): Words {
  return { en: english(rule, parts(rule)), fr: french(rule, parts(rule)), ar: arabic(rule, parts(rule)) }
}

function parts(rule: Rule): Parts {
  const mbps = (bps: number) => String(bps / 1e6)
  const speed = [rule.minDownloadBps, rule.minUploadBps].filter((v) => v !== null).map(mbps)
  return { speed: speed.join('/'), share: percent(rule.passShare), sure: percent(rule.classConfidence) }
}

const percent = (share: number) => String(Math.round(share * 1000) / 10)

/** What is said only of a rule that asks for it. */
const when = (isSaid: boolean, text: string): string => (isSaid ? text : '')

function english(r: Rule, { speed, share, sure }: Parts): string {
  return (
    `A network is present when at least ${share} % of its measurements reach ${speed} Mbit/s` +
    when(r.maxLatencyMs !== null, ` within ${r.maxLatencyMs} ms`) +
    when(r.maxLossRatio !== null, ` losing at most ${percent(r.maxLossRatio ?? 0)} % of packets`) +
    when(r.peakHours !== null, ` between ${r.peakHours?.from}:00 and ${r.peakHours?.to}:00`) +
    `, with ${percent(r.confidence)} % confidence, from at least ${r.minSamples} measurements` +
    when(r.minDevices > 1, ` by ${r.minDevices} devices`) +
    ` on ${r.minDays} days and at ${r.minHours} different hours of the last ${r.validityDays} days. One device counts for ` +
    `at most ${r.deviceDayCap} measurements a day and ${r.deviceCap} in all` +
    when(r.halfWeightAfterDays !== null, `; after ${r.halfWeightAfterDays} days a measurement counts half`) +
    `. A network that was decided ${r.settleDays} days ago stays so while ${percent(r.keepConfidence)} % confidence remains. ` +
    `${r.blackFrom} operators or more: black; fewer: grey; none of those measured: white; not enough evidence, or a class ` +
    `less than ${sure} % sure: unknown.` +
    when(r.declaredCounts, ' A declared network counts where nothing measured contradicts it.') +
    when(r.planningHorizonDays !== null, ` A network promised within ${r.planningHorizonDays} days counts.`)
  )
}

function french(r: Rule, { speed, share, sure }: Parts): string {
  return (
    `Un réseau est présent quand au moins ${share} % de ses mesures atteignent ${speed} Mbit/s` +
    when(r.maxLatencyMs !== null, ` en ${r.maxLatencyMs} ms au plus`) +
    when(r.maxLossRatio !== null, ` avec au plus ${percent(r.maxLossRatio ?? 0)} % de paquets perdus`) +
    when(r.peakHours !== null, ` entre ${r.peakHours?.from} h et ${r.peakHours?.to} h`) +
    `, avec une confiance de ${percent(r.confidence)} %, sur au moins ${r.minSamples} mesures` +
    when(r.minDevices > 1, ` de ${r.minDevices} appareils`) +
    `, ${r.minDays} jours et ${r.minHours} heures différentes des ${r.validityDays} derniers jours. Un appareil compte pour ` +
    `${r.deviceDayCap} mesures par jour et ${r.deviceCap} en tout, au plus` +
    when(
      r.halfWeightAfterDays !== null,
      ` ; après ${r.halfWeightAfterDays} jours une mesure compte pour moitié`,
    ) +
    `. Un réseau décidé il y a ${r.settleDays} jours le reste tant que la confiance atteint ${percent(r.keepConfidence)} %. ` +
    `${r.blackFrom} opérateurs ou plus : noire ; moins : grise ; aucun de ceux mesurés : blanche ; pas assez de preuves, ou ` +
    `une classe sûre à moins de ${sure} % : sans données.` +
    when(r.declaredCounts, ' Un réseau déclaré compte là où aucune mesure ne le contredit.') +
    when(r.planningHorizonDays !== null, ` Un réseau promis d’ici ${r.planningHorizonDays} jours compte.`)
  )
}

function arabic(r: Rule, { speed, share, sure }: Parts): string {
  return (
    `تُعد الشبكة حاضرة إذا بلغ ${share}٪ على الأقل من قياساتها ${speed} ميغابت/ث` +
    when(r.maxLatencyMs !== null, ` في حدود ${r.maxLatencyMs} م.ث`) +
    when(r.maxLossRatio !== null, ` مع فقدان ${percent(r.maxLossRatio ?? 0)}٪ من الرزم على الأكثر`) +
    when(r.peakHours !== null, ` بين الساعة ${r.peakHours?.from} والساعة ${r.peakHours?.to}`) +
    `، بثقة ${percent(r.confidence)}٪، انطلاقا من ${r.minSamples} قياسا على الأقل` +
    when(r.minDevices > 1, ` من ${r.minDevices} أجهزة`) +
    `، في ${r.minDays} أيام و${r.minHours} ساعات مختلفة خلال آخر ${r.validityDays} يوما. لا يُحتسب للجهاز الواحد أكثر من ` +
    `${r.deviceDayCap} قياسات في اليوم و${r.deviceCap} في المجموع` +
    when(r.halfWeightAfterDays !== null, `، وبعد ${r.halfWeightAfterDays} يوما يُحتسب القياس بالنصف`) +
    `. والشبكة التي حُسم أمرها قبل ${r.settleDays} يوما تبقى كذلك ما دامت الثقة ${percent(r.keepConfidence)}٪. ` +
    `${r.blackFrom} متعهدين أو أكثر: سوداء؛ أقل: رمادية؛ لا أحد ممن قيسوا: بيضاء؛ أدلة غير كافية أو صنف ثقته دون ${sure}٪: ` +
    `بدون معطيات.` +
    when(r.declaredCounts, ' وتُحتسب الشبكة المصرح بها حيث لا يناقضها أي قياس.') +
    when(r.planningHorizonDays !== null, ` وتُحتسب الشبكة الموعود بها خلال ${r.planningHorizonDays} يوما.`)
  )
}
