/** The field worker's page: speed test, report of a place without service, and list of unsent observations. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { DeviceKeyForm } from './key-form.js'
import { LineCard } from './line-card.js'
import { LANGUAGE_NAMES, type Lang, type ProbeLocalizer, probeLocalizerOf } from './locales.js'
import { MeasureCard } from './measure-card.js'
import { usePosition } from './position.js'
import { QueueList } from './queue-list.js'
import { langInUrl, preferredLang, useProbeStore } from './use-probe-store.js'

export function App() {
  const { settings, queue, deliveryState, changeSettings, setToken, record, deliver, reloadQueue } =
    useProbeStore()
  const [chosenLang, setChosenLang] = useState<Lang | null>(langInUrl)
  const position = usePosition()
  const lang = chosenLang ?? (settings?.lang as Lang | undefined) ?? preferredLang()
  const words = useMemo(() => probeLocalizerOf(lang), [lang])
  useEffect(() => {
    document.documentElement.lang = lang
    document.documentElement.dir = lang === 'ar' ? 'rtl' : 'ltr'
    document.title = `${words.t('title')} · Taghtiya`
  }, [lang])
  if (!settings) return null
  const hasToken = Boolean(settings.token)
  return (
    <>
      <PageHeader
        words={words}
        lang={lang}
        onLang={(next) => {
          setChosenLang(next)
          changeSettings({ lang: next })
        }}
      />
      <main>
        <MeasureCard
          {...{ words, settings }}
          onShort={(short) => changeSettings({ short })}
          onRecord={(observation) => record(observation, position)}
        />
        <LineCard {...{ words, lang, settings, position }} onChange={changeSettings} />
        <QueueList
          {...{ words, queue, hasToken }}
          state={deliveryState}
          onSend={deliver}
          onChange={reloadQueue}
        />
        <DeviceKeyForm
          words={words}
          token={settings.token}
          isRefused={deliveryState === 'token' && hasToken}
          onToken={setToken}
        />
      </main>
    </>
  )
}

interface PageHeaderProps {
  words: ProbeLocalizer
  lang: Lang
  onLang(lang: Lang): void
}

function PageHeader({ words: { t }, lang, onLang }: PageHeaderProps) {
  return (
    <header>
      <h1>
        <img src="probe-icon.svg" alt="" width="28" height="28" /> {t('title')}
      </h1>
      <label class="language">
        <span class="hidden">{t('language')}</span>
        <select value={lang} onChange={(event) => onLang(event.currentTarget.value as Lang)}>
          {Object.entries(LANGUAGE_NAMES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </header>
  )
}
