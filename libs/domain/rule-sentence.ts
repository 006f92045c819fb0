/** A rule said in one plain sentence per language, from its data. */
import type { Rule, Words } from './rule.js'

interface Parts {
  speed: string
  share: string
}

export function sentenceOf(rule: Rule): Words {
  return { en: english(rule, parts(rule)), fr: french(rule, parts(rule)), ar: arabic(rule, parts(rule)) }
}

function parts(rule: Rule): Parts {
  const mbps = (bps: number) => String(bps / 1e6)
  const speed = [rule.minDownloadBps, rule.minUploadBps].filter((v) => v !== null).map(mbps)
  return { speed: speed.join('/'), share: String(Math.round(rule.passShare * 100)) }
}

function english(r: Rule, { speed, share }: Parts): string {
  const latency = r.maxLatencyMs === null ? '' : ` within ${r.maxLatencyMs} ms`
  const peak = r.peakHours ? ` between ${r.peakHours.from}:00 and ${r.peakHours.to}:00` : ''
  return (
    `A network is present when at least ${share} % of its measurements reach ${speed} Mbit/s${latency}${peak}, ` +
    `with ${percent(r)} % confidence, from at least ${r.minSamples} measurements on ${r.minDays} days and at ` +
    `${r.minHours} different hours of the last ${r.validityDays} days. ${r.blackFrom} operators or more: black; ` +
    `fewer: grey; none of those measured: white; not enough evidence: unknown.`
  )
}

function french(r: Rule, { speed, share }: Parts): string {
  const latency = r.maxLatencyMs === null ? '' : ` en ${r.maxLatencyMs} ms au plus`
  const peak = r.peakHours ? ` entre ${r.peakHours.from} h et ${r.peakHours.to} h` : ''
  return (
    `Un réseau est présent quand au moins ${share} % de ses mesures atteignent ${speed} Mbit/s${latency}${peak}, ` +
    `avec une confiance de ${percent(r)} %, sur au moins ${r.minSamples} mesures, ${r.minDays} jours et ` +
    `${r.minHours} heures différentes des ${r.validityDays} derniers jours. ${r.blackFrom} opérateurs ou plus : ` +
    `noire ; moins : grise ; aucun de ceux mesurés : blanche ; pas assez de preuves : sans données.`
  )
}

function arabic(r: Rule, { speed, share }: Parts): string {
  const latency = r.maxLatencyMs === null ? '' : ` في حدود ${r.maxLatencyMs} م.ث`
  const peak = r.peakHours ? ` بين الساعة ${r.peakHours.from} والساعة ${r.peakHours.to}` : ''
  return (
    `تُعد الشبكة حاضرة إذا بلغ ${share}٪ على الأقل من قياساتها ${speed} ميغابت/ث${latency}${peak}، بثقة ` +
    `${percent(r)}٪، انطلاقا من ${r.minSamples} قياسا على الأقل، في ${r.minDays} أيام و${r.minHours} ساعات مختلفة ` +
    `خلال آخر ${r.validityDays} يوما. ${r.blackFrom} متعهدين أو أكثر: سوداء؛ أقل: رمادية؛ لا أحد ممن قيسوا: ` +
    `بيضاء؛ أدلة غير كافية: بدون معطيات.`
  )
}

const percent = (rule: Rule) => Math.round(rule.confidence * 100)
