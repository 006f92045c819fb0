/** The catalogue that is shipped: what is stored before an administrator writes another. */
import type { Words } from '../rule/rule.js'
import { MBIT_BPS } from '../units/units.js'
import type { CatalogueEvidence, Platform, PlatformCatalogue, Transfer } from './platform.js'

const MB = 1_000_000

const words = (en: string, fr: string, ar: string): Words => ({ en, fr, ar })

const IQB = 'M-Lab Internet Quality Barometer, config.py at dbd7401'

/** All shipped platforms have this unless they say otherwise. */
const PLAIN = { kind: 'class', perPersonDownBps: 0, perPersonUpBps: 0, transfer: null } as const

const SCANNED_ACT: Transfer = {
  title: words('a scanned act of 3 MB', 'un acte numérisé de 3 Mo', 'رسم ممسوح ضوئيا حجمه 3 ميغابايت'),
  bytes: 3 * MB,
  direction: 'upload',
}
const PAGE: Transfer = {
  title: words('a page of 2 MB', 'une page de 2 Mo', 'صفحة حجمها 2 ميغابايت'),
  bytes: 2 * MB,
  direction: 'download',
}
const LESSON: Transfer = {
  title: words('a lesson of 100 MB', 'une leçon de 100 Mo', 'درس حجمه 100 ميغابايت'),
  bytes: 100 * MB,
  direction: 'download',
}
const DAILY_COPY: Transfer = {
  title: words('a copy of 1 GB', 'une copie de 1 Go', 'نسخة حجمها 1 جيغابايت'),
  bytes: 1_000 * MB,
  direction: 'upload',
}

/** The classes, as their sources state them. */
const CLASSES: readonly Platform[] = [
  {
    ...PLAIN,
    id: 'web-forms',
    title: words(
      'Web forms, good quality',
      'Formulaires en ligne, bonne qualité',
      'استمارات على الويب، جودة جيدة',
    ),
    baseDownBps: 10 * MBIT_BPS,
    baseUpBps: 10 * MBIT_BPS,
    maxLatencyMs: 100,
    maxLossRatio: 0.01,
    transfer: PAGE,
    source: `${IQB}: 10/10 Mbit/s for a site`,
    verification: 'source',
  },
  {
    ...PLAIN,
    id: 'streaming',
    title: words('Streaming', 'Vidéo en continu', 'البث المتواصل'),
    baseDownBps: 25 * MBIT_BPS,
    baseUpBps: 10 * MBIT_BPS,
    maxLatencyMs: 100,
    maxLossRatio: 0.01,
    source: `${IQB}: 25/10 Mbit/s for a site`,
    verification: 'source',
  },
  {
    ...PLAIN,
    id: 'video-meetings',
    title: words(
      'Video meetings of a whole site',
      'Visioconférences de tout un site',
      'اجتماعات مرئية لموقع بأكمله',
    ),
    baseDownBps: 25 * MBIT_BPS,
    baseUpBps: 25 * MBIT_BPS,
    maxLatencyMs: 50,
    maxLossRatio: 0.005,
    source: `${IQB}: 25/25 Mbit/s for a site`,
    verification: 'source',
  },
  {
    ...PLAIN,
    id: 'backup',
    title: words('Remote backup', 'Sauvegarde à distance', 'النسخ الاحتياطي عن بعد'),
    baseDownBps: 10 * MBIT_BPS,
    baseUpBps: 25 * MBIT_BPS,
    maxLatencyMs: 100,
    maxLossRatio: 0.01,
    transfer: DAILY_COPY,
    source: `${IQB}: 10/25 Mbit/s for a site`,
    verification: 'source',
  },
  {
    ...PLAIN,
    id: 'voice',
    title: words('Voice calls', 'Appels vocaux', 'المكالمات الصوتية'),
    baseDownBps: 0,
    baseUpBps: 0,
    perPersonDownBps: 76_000,
    perPersonUpBps: 76_000,
    maxLatencyMs: 300,
    maxLossRatio: 0.03,
    source: 'Microsoft Teams (58–76 kbit/s each way); ITU-T G.1010 (150 ms one way, 3 % loss)',
    verification: 'quoted',
  },
  {
    ...PLAIN,
    id: 'telemedicine',
    title: words(
      'Telemedicine, small clinic',
      'Télémédecine, petit centre de santé',
      'التطبيب عن بعد، مركز صحي صغير',
    ),
    baseDownBps: 10 * MBIT_BPS,
    baseUpBps: 10 * MBIT_BPS,
    maxLatencyMs: 100,
    maxLossRatio: 0.01,
    source:
      'ONC (United States): 10 Mbit/s for a small clinic with live video; delay and loss as of web forms',
    verification: 'quoted',
  },
  {
    ...PLAIN,
    id: 'store-and-forward',
    title: words(
      'Sending stored reports once a day',
      'Envoi différé de rapports, une fois par jour',
      'إرسال مؤجل للتقارير مرة في اليوم',
    ),
    baseDownBps: 16_000,
    baseUpBps: 16_000,
    maxLatencyMs: null,
    maxLossRatio: null,
    source: 'Proposal of this project: any line on which something can be sent',
    verification: 'proposal',
  },
]

/** The need of a form: 2/0.5 Mbit/s and a part for each person at work. */
const FORMS = {
  ...PLAIN,
  kind: 'platform',
  baseDownBps: 2 * MBIT_BPS,
  baseUpBps: 0.5 * MBIT_BPS,
  perPersonDownBps: 0.5 * MBIT_BPS,
  perPersonUpBps: 0.25 * MBIT_BPS,
  maxLatencyMs: 100,
  maxLossRatio: 0.01,
  transfer: PAGE,
  source: `Proposal of this project: 2/0.5 Mbit/s, and 0.5/0.25 for each person (Oracle P6: 5 Mbit/s for 10 seats, an analogue); delay and loss: ${IQB}. Good quality is the class of web forms.`,
  verification: 'proposal',
} as const
/** The need of scanned documents: an act of 3 MB is sent in 15 seconds, the time of ITU-T G.1010, by one person. */
const DOCUMENTS = {
  ...FORMS,
  baseUpBps: 0.6 * MBIT_BPS,
  perPersonUpBps: 1 * MBIT_BPS,
  transfer: SCANNED_ACT,
  source: `Proposal of this project: an act of 3 MB in 15 s (ITU-T G.1010) for each person; otherwise as forms; delay and loss: ${IQB}`,
} as const

const form = (id: string, title: Words): Platform => ({ ...FORMS, id, title })
const documents = (id: string, title: Words): Platform => ({ ...DOCUMENTS, id, title })

const PLATFORMS: readonly Platform[] = [
  documents('civil-status', words('Civil status', 'État civil', 'الحالة المدنية')),
  form('watiqa', words('Watiqa', 'Watiqa', 'وثيقة')),
  form('rokhas', words('Rokhas', 'Rokhas', 'رخص')),
  form('chikaya', words('Chikaya', 'Chikaya', 'شكاية')),
  form('chafafiya', words('Chafafiya', 'Chafafiya', 'شفافية')),
  form('majaliss', words('Majaliss', 'Majaliss', 'مجالس')),
  documents('mail-desk', words('Digital mail desk', 'Bureau d’ordre digital', 'مكتب الضبط الرقمي')),
  form('gid', words('GID', 'GID', 'التدبير المندمج للنفقات')),
  form('gir', words('GIR', 'GIR', 'التدبير المندمج للمداخيل')),
  {
    ...PLAIN,
    kind: 'platform',
    id: 'video-council',
    title: words('Council meeting by video', 'Réunion du conseil en visioconférence', 'اجتماع المجلس عن بعد'),
    baseDownBps: 4 * MBIT_BPS,
    baseUpBps: 2.5 * MBIT_BPS,
    maxLatencyMs: 100,
    maxLossRatio: 0.01,
    source:
      'Microsoft Teams: 2.5 Mbit/s up and 4 Mbit/s down for one meeting room, under 100 ms and 1 % loss',
    verification: 'quoted',
  },
  {
    ...PLAIN,
    kind: 'platform',
    id: 'e-learning',
    title: words('Académie numérique (courses)', 'Académie numérique (cours)', 'الأكاديمية الرقمية (دروس)'),
    baseDownBps: 25 * MBIT_BPS,
    baseUpBps: 10 * MBIT_BPS,
    maxLatencyMs: 100,
    maxLossRatio: 0.01,
    transfer: LESSON,
    source: `${IQB}: 25/10 Mbit/s for a site`,
    verification: 'source',
  },
]

/**
 * Offices work from 9 to 15 o’clock on all working days, also in Ramadan, when the clock and the hours change; so these hours
 * need no calendar.
 */
const EVIDENCE: CatalogueEvidence = {
  windowDays: 90,
  officeDays: [1, 2, 3, 4, 5],
  officeHours: { from: 9, to: 15 },
  minSamples: 6,
  minDays: 4,
  optionalQuantities: ['loss'],
  source:
    'Proposal of this project: hours that are office hours in Ramadan and outside it; least numbers of measurements',
  verification: 'proposal',
}

export const SHIPPED_CATALOGUE: PlatformCatalogue = {
  evidence: EVIDENCE,
  platforms: [...PLATFORMS, ...CLASSES],
}
