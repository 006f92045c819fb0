/** The agent's page: measure, say that there is no service, and see what is not sent yet. */
import { OPERATOR_NAMES } from '#domain/operator'
import { TECHNOLOGIES } from '#domain/probe'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type DeliveryState, startDelivery } from './delivery.js'
import { DeviceKeyForm } from './key-form.js'
import { LANGUAGE_NAMES, type Lang, MESSAGES, probeLocalizerOf } from './locales.js'
import { type Progress, runSpeedTest } from './measure.js'
import { type Position, usePosition } from './position.js'
import { ResultCard, type LastAttempt } from './result-card.js'
import {
  type NewProbe,
  type ProbePageSettings,
  type QueuedProbe,
  enqueueProbe,
  saveSettings,
  loadSettings,
  loadQueue,
} from './store.js'
import { QueueList } from './queue-list.js'
import { Gauge } from './gauge.js'

export function App() {
  const [set, setSet] = useState<ProbePageSettings | null>(null)
  const [lang, setLang] = useState<Lang>(preferred)
  const [queue, setQueue] = useState<QueuedProbe[]>([])
  const [state, setState] = useState<DeliveryState>('delivered')
  const [progress, setProgress] = useState<Progress | null>(null)
  const [said, setSaid] = useState<LastAttempt>(null)
  const running = useRef<AbortController | null>(null)
  const delivery = useRef<{ now: () => Promise<void> } | null>(null)
  const position = usePosition()
  const words = useMemo(() => probeLocalizerOf(lang), [lang])
  const { t } = words

  const refresh = async () => setQueue(await loadQueue())
  useEffect(() => {
    void (async () => {
      const found = await withToken(await loadSettings())
      setSet(found)
      if (found.lang && !langInUrl()) setLang(found.lang as Lang)
      await refresh()
      delivery.current = startDelivery((now) => {
        setState(now)
        void refresh()
      })
    })()
  }, [])
  useEffect(() => {
    document.documentElement.lang = lang
    document.documentElement.dir = lang === 'ar' ? 'rtl' : 'ltr'
    document.title = `${t('title')} · Taghtiya`
  }, [lang])

  if (!set) return null
  const change = (some: Partial<ProbePageSettings>) => {
    const all = { ...set, ...some }
    setSet(all)
    void saveSettings(all)
  }
  const record = async (probe: Partial<NewProbe> & Pick<NewProbe, 'outcome'>) => {
    await enqueueProbe({
      id: crypto.randomUUID(),
      measuredAt: new Date().toISOString(),
      ...positionFieldsOf(position),
      operator: set.operator || null,
      technology: set.technology || null,
      tool: 'taghtiya-probe',
      ...probe,
    })
    await refresh()
    void delivery.current?.now()
  }
  const start = async () => {
    setSaid(null)
    running.current = new AbortController()
    setProgress({ direction: 'download', mbits: 0, fraction: 0 })
    const outcome = await runSpeedTest(set.token, set.short ?? false, setProgress, running.current.signal)
    setProgress(null)
    if (outcome.kind === 'result') await record({ outcome: 'ok', ...outcome.probe })
    if (outcome.kind === 'failed') await record({ outcome: 'failed' })
    setSaid(outcome)
  }
  const noService = async () => {
    await record({ outcome: 'no_service' })
    setSaid({ kind: 'no_service' })
  }

  return (
    <>
      <header>
        <h1>
          <img src="/probe-icon.svg" alt="" width="28" height="28" /> {t('title')}
        </h1>
        <label class="language">
          <span class="hidden">{t('language')}</span>
          <select
            value={lang}
            onChange={(event) => {
              setLang(event.currentTarget.value as Lang)
              change({ lang: event.currentTarget.value })
            }}
          >
            {Object.entries(LANGUAGE_NAMES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </header>
      <main>
        <section class="card measure" aria-label={t('title')}>
          {progress ? (
            <>
              <Gauge progress={progress} words={words} />
              <button class="wide" onClick={() => running.current?.abort()}>
                {t('cancel')}
              </button>
            </>
          ) : (
            <>
              <ResultCard said={said} words={words} />
              <button class="wide primary" onClick={() => void start()}>
                {said?.kind === 'result' ? t('again') : t('start')}
              </button>
              <fieldset>
                <legend>{t('data')}</legend>
                {([false, true] as const).map((short) => (
                  <label class="choice" key={String(short)}>
                    <input
                      type="radio"
                      name="length"
                      checked={(set.short ?? false) === short}
                      onChange={() => change({ short })}
                    />
                    {short ? t('short') : t('full')}
                  </label>
                ))}
              </fieldset>
              <button class="wide" aria-describedby="no-service-hint" onClick={() => void noService()}>
                {t('noService')}
              </button>
              <p class="hint" id="no-service-hint">
                {t('noServiceHint')}
              </p>
            </>
          )}
        </section>

        <section class="card" aria-labelledby="line">
          <h2 id="line">{t('line')}</h2>
          <label class="field">
            {t('operator')}
            <select value={set.operator ?? ''} onChange={(e) => change({ operator: e.currentTarget.value })}>
              <option value="">{t('choose')}</option>
              {Object.entries(OPERATOR_NAMES).map(([id, names]) => (
                <option key={id} value={id}>
                  {names[lang]}
                </option>
              ))}
              <option value="other">{t('other')}</option>
            </select>
          </label>
          <label class="field">
            {t('technology')}
            <select
              value={set.technology ?? ''}
              onChange={(e) => change({ technology: e.currentTarget.value })}
            >
              <option value="">{t('choose')}</option>
              {TECHNOLOGIES.map((id) => (
                <option key={id} value={id}>
                  {t(`tech_${id}`)}
                </option>
              ))}
            </select>
          </label>
          <p class="hint">
            <strong>{t('position')}:</strong>{' '}
            {position
              ? t('positionKnown', {
                  lat: words.number(position.lat, 4),
                  lng: words.number(position.lng, 4),
                  metres: words.number(position.accuracyM),
                })
              : t('positionSite')}
          </p>
        </section>

        <QueueList
          queue={queue}
          state={state}
          hasToken={Boolean(set.token)}
          words={words}
          send={() => void delivery.current?.now()}
          changed={() => void refresh()}
        />
        <DeviceKeyForm
          token={set.token}
          refused={state === 'token' && Boolean(set.token)}
          words={words}
          set={(token) => {
            const all = { ...set, token }
            setSet(all)
            void saveSettings(all).then(() => delivery.current?.now())
          }}
        />
      </main>
    </>
  )
}

/** A link may carry the device's token behind its #, which no server sees; it is taken off the address at once. */
async function withToken(kept: ProbePageSettings): Promise<ProbePageSettings> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (!token) return kept
  history.replaceState(null, '', location.pathname)
  const all = { ...kept, token }
  await saveSettings(all)
  return all
}

/** None: the server takes the site's. */
const positionFieldsOf = (position: Position | null): object =>
  position ? { lat: position.lat, lng: position.lng, accuracyM: position.accuracyM } : {}

/** The device's language where it is one of ours; French else, as offices write. */
/** A link in a letter to a school may say the language. */
function langInUrl(): Lang | null {
  const lang = new URLSearchParams(location.search).get('lang')
  return lang !== null && Object.hasOwn(MESSAGES, lang) ? (lang as Lang) : null
}

const preferred = (): Lang =>
  langInUrl() ??
  (navigator.languages.map((l) => l.slice(0, 2)).find((l) => l in MESSAGES) as Lang | undefined) ??
  'fr'
