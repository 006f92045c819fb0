/** The administrators' dialog of devices: which there are, their names, and new tokens for phones. */
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { LoadingNotice, useReloaded } from '../api/use-reloaded.js'
import { Field } from '../form/field.js'
import { ModalDialog } from '../form/modal-dialog.js'
import { type Send, SendingForm, fieldText } from '../form/sending-form.js'
import { useDebounced } from '../form/use-debounced.js'
import { type Localizer, bidiIsolated } from '../language/language.js'
import '../people/people.css'
import { QrCode } from '../people/qr-code.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { type Device, type DeviceToken, devicesApi } from './devices-api.js'
import { WORDS } from './words.js'

interface DevicesProps {
  words: Localizer
  connection: Connection
  onClose(): void
}

const SEARCH_DELAY_MS = 300

export function Devices({ words, connection, onClose }: DevicesProps) {
  const t = words.translatorOf(WORDS)
  const [text, setText] = useState('')
  const searched = useDebounced(text, SEARCH_DELAY_MS)
  const [statusText, setStatusText] = useState('')
  const [token, setToken] = useState<DeviceToken | null>(null)
  const [chosenId, setChosenId] = useState<string | null>(null)
  const loaded = useReloaded(connection, `devices ${searched}`, (signal) => devicesApi.list(searched, signal))
  const devices = loaded.value
  const chosen = devices?.find(({ id }) => id === chosenId)
  const reload = (message: string, issued: DeviceToken | null = null) => {
    setStatusText(message)
    setToken(issued)
    if (issued) setChosenId(null)
    loaded.reload()
  }
  return (
    <ModalDialog {...{ words, onClose }} title={t('title')} class="people">
      <p role="status" class="hint">
        {statusText}
      </p>
      {token && <TokenCard {...{ words, token }} />}
      <Field
        label={t('search')}
        name="search"
        dir="auto"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <LoadingNotice words={words} of={loaded} />
      {devices?.length === 0 && <p class="hint">{t('none')}</p>}
      {devices && devices.length > 0 && (
        <DeviceTable {...{ words, devices, chosenId }} onChoose={setChosenId} />
      )}
      {chosen ? (
        <DevicePanel key={chosen.id} {...{ words }} device={chosen} onChange={reload} />
      ) : (
        <NewDeviceForm words={words} onAdded={reload} />
      )}
    </ModalDialog>
  )
}

function TokenCard({ words, token }: { words: Localizer; token: DeviceToken }) {
  const t = words.translatorOf(WORDS)
  return (
    <section class="credential" aria-label={t('newToken')}>
      <p>{t('scan')}</p>
      <QrCode text={token.link} label={t('qrCode')} />
      <p class="hint">{t('orOpen')}</p>
      <output dir="ltr">{token.link}</output>
    </section>
  )
}

interface TableProps {
  words: Localizer
  devices: readonly Device[]
  chosenId: string | null
  onChoose(id: string | null): void
}

function DeviceTable({ words, devices, chosenId, onChoose }: TableProps) {
  const t = words.translatorOf(WORDS)
  return (
    <DataTable
      caption={t('title')}
      isCaptionHidden
      boxClass="rows"
      head={<HeadRow names={['site', 'name', 'lastMeasured', 'since', 'actions']} t={t} />}
    >
      {devices.map((device) => (
        <tr key={device.id} data-device={device.id}>
          <th scope="row" class="why">
            <bdi>{device.siteName}</bdi> <small dir="ltr">{device.siteCode}</small>
          </th>
          <td>{device.name ? <bdi>{device.name}</bdi> : '–'}</td>
          <td>{device.lastMeasuredAt ? words.dateTime(device.lastMeasuredAt) : t('never')}</td>
          <td>{words.date(device.createdAt)}</td>
          <td>
            <button
              type="button"
              aria-expanded={device.id === chosenId}
              onClick={() => onChoose(device.id === chosenId ? null : device.id)}
            >
              {t('manage')}
              <span class="hidden"> {device.name ?? device.siteCode}</span>
            </button>
          </td>
        </tr>
      ))}
    </DataTable>
  )
}

interface PanelProps {
  words: Localizer
  device: Device
  onChange(message: string, token?: DeviceToken | null): void
}

/** Its button that sends saves the name; the others stand beside it. */
function DevicePanel({ words, device, onChange }: PanelProps) {
  const t = words.translatorOf(WORDS)
  const rename = async (fields: FormData) => {
    await devicesApi.rename(device.id, fieldText(fields, 'name'))
    onChange(t('renamed'))
  }
  const rotate = async () => onChange(t('rotated'), await devicesApi.rotate(device.id))
  const replace = async () => onChange(t('replaced'), await devicesApi.replace(device.id))
  const revoke = async () => {
    await devicesApi.revoke(device.id)
    onChange(t('revoked'))
  }
  return (
    <section
      class="person"
      aria-label={t('manageOf', { name: bidiIsolated(device.name ?? device.siteName) })}
    >
      <SendingForm
        words={words}
        action={t('rename')}
        onSubmit={rename}
        also={(send, isBusy) => (
          <>
            <SureButton {...{ send, isBusy }} text={t('rotate')} sureText={t('rotateSure')} work={rotate} />
            <SureButton
              {...{ send, isBusy }}
              text={t('replace')}
              sureText={t('replaceSure')}
              work={replace}
            />
            <SureButton {...{ send, isBusy }} text={t('revoke')} sureText={t('revokeSure')} work={revoke} />
          </>
        )}
      >
        <Field
          label={t('name')}
          name="name"
          dir="auto"
          maxLength={100}
          defaultValue={device.name ?? ''}
          autocomplete="off"
        />
        <p class="hint">{t('manageHint')}</p>
      </SendingForm>
    </section>
  )
}

interface SureProps {
  send: Send
  isBusy: boolean
  text: string
  sureText: string
  work(): Promise<void>
}

/** After each of these a phone in use is refused, so it takes a second press. */
function SureButton({ send, isBusy, text, sureText, work }: SureProps) {
  const [isSure, setSure] = useState(false)
  return (
    <button
      type="button"
      disabled={isBusy}
      onClick={() => (isSure ? send(work) : setSure(true))}
      onBlur={() => setSure(false)}
    >
      {isSure ? sureText : text}
    </button>
  )
}

interface NewDeviceProps {
  words: Localizer
  onAdded(message: string, token: DeviceToken): void
}

function NewDeviceForm({ words, onAdded }: NewDeviceProps) {
  const t = words.translatorOf(WORDS)
  const add = async (fields: FormData, form: HTMLFormElement) => {
    const token = await devicesApi.add(fieldText(fields, 'site') ?? '')
    form.reset()
    onAdded(t('added'), token)
  }
  return (
    <SendingForm words={words} label={t('add')} action={t('addAction')} onSubmit={add}>
      <h3>{t('add')}</h3>
      <Field label={t('siteCode')} name="site" required dir="ltr" maxLength={60} autocomplete="off" />
    </SendingForm>
  )
}
